/** Graphs of bounds: forward by intervals, and backward from elements of a layer or from rows of a specification. */
import type { Node, StaticGraph, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Interval } from '../../ops/rule.ts';
import { newGraph, ruleOf } from '../../ops/table.ts';
import { type LinearContext, type LinearSeed, linearBounds } from '../../transform/bounds/backward.ts';
import type { BoundForm } from '../../transform/bounds/bound-form.ts';
import { type InputSet, least } from '../../transform/bounds/concretise.ts';
import { type Arithmetic, forwardBounds, inputError } from '../../transform/bounds/forward.ts';
import type { LayerBall } from '../../transform/bounds/layer-balls.ts';
import type { Confined } from '../../transform/bounds/offset-in-ball.ts';
import { isExact } from '../../transform/bounds/rounding.ts';
import { hasOffset, isAffine, type Scope, scopeOf } from '../../transform/bounds/scope.ts';
import { seenBy } from '../../transform/bounds/seen.ts';
import { moved, movedShared, type SeenNetwork, throughView } from '../../transform/bounds/through-view.ts';
import type { Cut, Norm } from './cuts.ts';
import { narrowView, upTo } from './views.ts';

export type Graph = ReturnType<typeof newGraph>;

function boxOf(g: Graph, net: StaticGraph): Map<string, Interval> {
  return new Map(
    net.inputs.map(({ name, type, shape }) => [
      name,
      { lower: g.input(`l:${name}`, type, shape), upper: g.input(`u:${name}`, type, shape) },
    ]),
  );
}

function givenOf(g: Graph, net: StaticGraph, cuts: readonly Cut[]): Map<string, Interval> {
  return new Map(
    cuts.map(({ name }) => {
      const { type, shape } = net.types.get(name) as Value;
      return [name, { lower: g.input(`l:${name}`, type, shape), upper: g.input(`u:${name}`, type, shape) }];
    }),
  );
}

/** Interval bounds of all cuts and the output, intersected with what is given, and δ of every node: the largest over the batch, [n, 1]. */
export function forwardGraph(net: BoundForm, { cuts, batch, arithmetic }: Pick<Rows, 'cuts' | 'batch' | 'arithmetic'>): StaticGraph {
  const g = newGraph();
  const output = net.outputs[0] as Value;
  const box = boxOf(g, net);
  const inner = cuts.filter(({ name }) => !box.has(name));
  const { scope, intervals, errors } = forwardBounds(g, net, box, { given: givenOf(g, net, inner), arithmetic });
  const outputs: Record<string, Value> = {};
  const heads = headsOf(net);
  for (const name of new Set([...inner.map((cut) => cut.name), ...heads, output.name])) {
    const { lower, upper } = intervals.get(name) as Interval;
    outputs[`L:${name}`] = lower;
    outputs[`U:${name}`] = upper;
  }
  if (arithmetic === 'real') return g.finish(outputs, 'forward bounds');
  const shared = (error: Value): Value => {
    const n = sizeOf(error.shape) / batch;
    return g.reshape(g.reduceMax(g.reshape(error, [batch, n]), [0]), [n, 1]);
  };
  for (const [name, error] of errors) outputs[`e:${name}`] = shared(error);
  for (const name of new Set([...box.keys(), ...heads]))
    outputs[`e:in:${name}`] = shared(inputError(scope, intervals.get(name) as Interval));
  return g.finish(outputs, 'forward bounds');
}

export interface Rows {
  readonly cuts: readonly Cut[];
  readonly rows: number;
  readonly batch: number;
  readonly norm: Norm;
  readonly arithmetic: Arithmetic;
  /** Cuts whose values are known to lie in a ball (`ballGraph`), where bounds are to make use of it. */
  readonly balled?: ReadonlySet<string> | undefined;
}

/** What is bounded: rows of a specification of the output, or single elements of a cut. */
export type Wanted = 'output' | Cut;

/** Lower bounds [S, B] with what rounding may take from them; of an output, also the coefficients of each input under `slope:`, [S, B, …]. */
export function boundGraph(whole: StaticGraph, wanted: Wanted, rows: Rows): StaticGraph {
  const g = newGraph();
  const part = seeded(g, whole, wanted, rows);
  const { lower, error, coefficients } = bounded(g, environment(g, part, rows), part.seed);
  const slopes = wanted === 'output' ? [...coefficients].map(([name, value]) => [`slope:${name}`, value] as const) : [];
  return g.finish({ lower, error, ...Object.fromEntries(slopes) }, `bounds of ${nameOf(wanted)}`);
}

export const nameOf = (wanted: Wanted): string => (wanted === 'output' ? wanted : wanted.name);

/** The part of the network that is bounded, and the rows of coefficients that the bounds start from. */
export interface Part {
  readonly net: StaticGraph;
  /** What bounds are taken of; its value is one of `view`, where there is one. */
  readonly seed: LinearSeed;
  readonly view?: SeenNetwork;
}

export function seeded(g: Graph, net: StaticGraph, wanted: Wanted, rows: Rows): Part {
  return wanted === 'output' ? { net, seed: outputSeed(g, net, rows) } : elementSeed(g, net, wanted, rows);
}

/** Row s of batch row b is sign[s, b]·(element index[s, b] of the cut). */
function elementSeed(g: Graph, whole: StaticGraph, { name }: Cut, { rows, batch }: Rows): Part {
  const net = upTo(whole, name);
  const { shape } = net.types.get(name) as Value;
  const index = g.input('index', 'int64', [rows, batch]);
  const sign = g.input('sign', 'float32', [rows, batch]);
  const network = narrowView(whole, name);
  if (network) {
    const seen = seenBy(g, net, network, index);
    const coefficients = g.mul(seen.channel, g.reshape(sign, [rows, batch, ...shape.slice(1).map(() => 1)]));
    return { net, view: { network, rows: seen }, seed: { value: (network.net.outputs[0] as Value).name, coefficients } };
  }
  const n = sizeOf(shape) / batch;
  const data = new Uint8Array(BigInt64Array.from({ length: n }, (_, i) => BigInt(i)).buffer);
  const hit = g.cast(g.equal(g.reshape(index, [rows, batch, 1]), g.constant({ type: 'int64', shape: [n], data })), 'float32');
  return { net, seed: { value: name, coefficients: g.reshape(g.mul(hit, g.reshape(sign, [rows, batch, 1])), [rows, ...shape]) } };
}

/** Row s of batch row b is rows[s, b, :]·output. */
function outputSeed(g: Graph, net: StaticGraph, { rows, batch }: Rows): LinearSeed {
  const { name, shape } = net.outputs[0] as Value;
  const a = g.input('rows', 'float32', [rows, batch, sizeOf(shape) / batch]);
  return { value: name, coefficients: g.reshape(a, [rows, ...shape]) };
}

/** What the affine tail of a network starts from: values made by nodes that are not affine, or its inputs. */
function headsOf(net: BoundForm): string[] {
  return tailOf(net).inputs.map(({ name }) => name);
}

/** The affine nodes at a network's end. */
export function tailOf(net: BoundForm): StaticGraph {
  const scope = scopeOf(newGraph(), net);
  const wanted = new Set([(net.outputs[0] as Value).name]);
  const nodes = [...scope.nodes].reverse().filter((node) => {
    // Intervals of what stands for one operator come from that operator's rule.
    if (node.outputs.some((name) => net.whole?.has(name))) return false;
    if (!node.outputs.some((name) => wanted.has(name)) || !isAffine(scope, node, ruleOf(node.op))) return false;
    for (const name of node.outputs) wanted.delete(name);
    for (const name of node.inputs) wanted.add(name);
    return true;
  });
  const inputs = [...wanted].filter((name) => scope.varies(name)).map((name) => scope.typed(name));
  const own = new Set(nodes.map((node) => node.outputs[0]));
  return { ...net, inputs, nodes: net.nodes.filter((node) => own.has(node.outputs[0]) || !scope.varies(node.outputs[0] as string)) };
}

/** Inputs of a graph of backward bounds: the set, what the cuts lie between, and δ of each node that computes. */
export interface Environment {
  readonly part: Part;
  readonly scope: Scope;
  readonly rows: Rows;
  readonly box: ReadonlyMap<string, Interval>;
  readonly intervals: ReadonlyMap<string, Interval>;
  readonly errors: ReadonlyMap<string, Value>;
  readonly balls: ReadonlyMap<string, LayerBall>;
}

export function environment(g: Graph, part: Part, rows: Rows): Environment {
  const { net, seed } = part;
  const { cuts, batch, arithmetic, balled } = rows;
  const made = new Set(net.nodes.flatMap((node) => node.inputs));
  const box = boxOf(g, net);
  const needed = cuts.filter(({ name }) => made.has(name) && name !== seed.value && !box.has(name));
  const intervals = new Map([...box, ...givenOf(g, net, needed)]);
  const scope = scopeOf(g, net);
  const balls = new Map(needed.filter(({ name }) => balled?.has(name)).map(({ name }) => [name, ballOf(g, scope.typed(name), batch)]));
  const errors = new Map<string, Value>();
  if (arithmetic === 'real') return { part, scope, rows, box, intervals, errors, balls };
  const error = (name: string, key: string): void => {
    errors.set(key, g.input(`e:${key}`, 'float32', [sizeOf(scope.typed(name).shape) / batch, 1]));
  };
  for (const node of scope.nodes) if (!isExact(node) || hasOffset(scope, node)) error(node.outputs[0] as string, node.outputs[0] as string);
  for (const { name } of net.inputs) error(name, `in:${name}`);
  return { part, scope, rows, box, intervals, errors, balls };
}

const ballOf = (g: Graph, { name, type, shape }: Value, batch: number): LayerBall => ({
  centre: g.input(`z:${name}`, type, shape),
  radius: g.input(`r:${name}`, type, [batch]),
});

export interface Bounded {
  readonly lower: Value;
  readonly error: Value;
  readonly coefficients: ReadonlyMap<string, Value>;
}

/** The backward pass and its least value over the set. */
export function bounded(
  g: Graph,
  space: Environment,
  seed: LinearSeed,
  more: Pick<Partial<LinearContext>, 'choice' | 'adjusted'> = {},
): Bounded {
  const { scope, intervals, errors, box, part, balls } = space;
  const { batch, norm } = space.rows;
  const confined = ({ inputs }: Node): Confined | undefined => {
    const [interval, ball] = [intervals.get(inputs[0] as string), balls.get(inputs[0] as string)];
    return interval && ball && { interval, ball };
  };
  const context: LinearContext = { scope, batch, intervals, errors, confined, ...more };
  const bound = linearBounds(part.view ? throughView(context, part.view) : context, [seed]);
  let [lower, error] = [bound.constant, bound.error];
  for (const { name, type, shape } of part.net.inputs) {
    const source = part.view?.network.sources.find(({ input }) => input === name) ?? { name, input: name, path: [] };
    const reached = bound.coefficients.get(source.name);
    if (!reached) continue;
    const a = part.view?.rows.inside(source.name, reached) ?? reached;
    const seen = (value: Value): Value => part.view?.rows.of(source.name, moved(scope, source, value)) ?? value;
    const { lower: low, upper: high } = box.get(name) as Interval;
    const ball: InputSet['ball'] =
      norm === 'box' ? undefined : { norm, centre: seen(g.input(`c:${name}`, type, shape)), radius: g.input('radius', 'float32', [batch]) };
    const set = { box: { lower: seen(low), upper: seen(high) }, ...(ball && { ball }) };
    const rounding = errors.get(`in:${name}`);
    const found = least(
      g,
      a,
      set,
      rounding && (part.view?.rows.ofShared(source.name, movedShared(scope, source, rounding)) ?? rounding),
      batch,
    );
    lower = g.add(lower, found.value);
    if (found.error) error = g.add(error, found.error);
  }
  return { lower, error, coefficients: bound.coefficients };
}
