/** A network prepared for bounds: graphs for every layer and number of rows, made when they are first asked for. */
import type { StaticGraph, Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import type { Interval } from '../ops/rule.ts';
import { newGraph, ruleOf } from '../ops/table.ts';
import { evaluator } from '../runtime/evaluate.ts';
import type { Runtime, Session } from '../runtime/runtime.ts';
import { linearBounds } from '../transform/bounds/backward.ts';
import { type InputSet, least } from '../transform/bounds/concretise.ts';
import { type Arithmetic, forwardBounds, inputError } from '../transform/bounds/forward.ts';
import { isExact } from '../transform/bounds/rounding.ts';
import { isAffine, scopeOf } from '../transform/bounds/scope.ts';
import { foldConstants } from '../transform/fold-constants.ts';

/** A value that enters a node which is not affine: what has to be bounded on the way to the output. */
export interface Cut {
  readonly name: string;
  /** Elements of one row. */
  readonly size: number;
  /** Of so many rows. */
  shape(batch: number): readonly number[];
  /** Operators that it enters. */
  readonly ops: readonly string[];
  /** Is it affine in the input, so that its interval over a box is exact? */
  readonly isFirst: boolean;
}

export type Norm = 'box' | 'l1' | 'l2';

export interface BoundNetwork {
  readonly runtime: Runtime;
  readonly arithmetic: Arithmetic;
  readonly inputs: readonly Value[];
  readonly cuts: readonly Cut[];
  readonly output: string;
  /** Elements of one row of the output. */
  readonly outputs: number;
  /** Largest number of elements of a row's value, which backward bounds hold once for each of their rows. */
  readonly widest: number;
  forward(batch: number): Promise<Session>;
  /** Lower bounds of single elements of a cut, each with a sign. */
  elements(cut: Cut, rows: number, batch: number, norm: Norm): Promise<Session>;
  /** Lower bounds of linear functions of the output. */
  outputRows(rows: number, batch: number, norm: Norm): Promise<Session>;
  /** The same from interval bounds of what the affine end of the network starts from. */
  tailRows(rows: number, batch: number): Promise<Session>;
  /** What that end starts from. */
  readonly heads: readonly Head[];
  release(): Promise<void>;
}

export interface Head {
  readonly name: string;
  shape(batch: number): readonly number[];
}

/** @param graph the network for so many rows, its first output being what specifications speak of */
export async function boundNetwork(
  graph: (batch: number) => Promise<StaticGraph>,
  runtime: Runtime,
  arithmetic: Arithmetic = 'float32',
): Promise<BoundNetwork> {
  const one = await graph(1);
  const cuts = cutsOf(one);
  const sessions = new Map<string, Promise<Session>>();
  const session = (key: string, make: () => Promise<StaticGraph>): Promise<Session> => {
    const made = sessions.get(key) ?? make().then(async (built) => runtime.load(await foldConstants(built, evaluator(runtime))));
    sessions.set(key, made);
    return made;
  };
  return {
    runtime,
    arithmetic,
    inputs: one.inputs,
    cuts,
    output: (one.outputs[0] as Value).name,
    outputs: sizeOf((one.outputs[0] as Value).shape),
    widest: Math.max(...[...one.types].filter(([name]) => !one.constants.has(name)).map(([, { shape }]) => sizeOf(shape))),
    forward: (batch) => session(`forward ${batch}`, async () => forwardGraph(await graph(batch), { cuts, batch, arithmetic })),
    elements: (cut, rows, batch, norm) =>
      session(`${cut.name} ${rows} ${batch} ${norm}`, async () =>
        elementsGraph(await graph(batch), { cuts, cut, rows, batch, norm, arithmetic }),
      ),
    outputRows: (rows, batch, norm) =>
      session(`output ${rows} ${batch} ${norm}`, async () => outputGraph(await graph(batch), { cuts, rows, batch, norm, arithmetic })),
    tailRows: (rows, batch) =>
      session(`tail ${rows} ${batch}`, async () =>
        outputGraph(tailOf(await graph(batch)), { cuts: [], rows, batch, norm: 'box', arithmetic }),
      ),
    heads: tailOf(one).inputs.map(({ name, shape: [first, ...rest] }) => ({
      name,
      shape: (batch) => [(first as number) * batch, ...rest],
    })),
    release: async () => {
      for (const loaded of await Promise.all(sessions.values())) await loaded.release();
    },
  };
}

function cutsOf(net: StaticGraph): Cut[] {
  const scope = scopeOf(newGraph(), net);
  const cuts = new Map<string, Cut>();
  const curved = new Set<string>();
  for (const node of scope.nodes) {
    const affine = isAffine(scope, node, ruleOf(node.op));
    const isCurved = !affine || node.inputs.some((name) => curved.has(name));
    if (isCurved) for (const name of node.outputs) curved.add(name);
    if (affine) continue;
    for (const name of node.inputs.filter((input) => scope.varies(input))) {
      const known = cuts.get(name);
      const [first, ...rest] = scope.typed(name).shape;
      const shape = (batch: number): number[] => [(first as number) * batch, ...rest];
      cuts.set(name, {
        name,
        size: sizeOf(scope.typed(name).shape),
        shape,
        ops: [...(known?.ops ?? []), node.op],
        isFirst: !curved.has(name),
      });
    }
  }
  const order = new Map(scope.nodes.flatMap((node, i) => node.outputs.map((name): [string, number] => [name, i])));
  return [...cuts.values()].sort((a, b) => (order.get(a.name) ?? -1) - (order.get(b.name) ?? -1));
}

type Graph = ReturnType<typeof newGraph>;

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
function forwardGraph(net: StaticGraph, { cuts, batch, arithmetic }: Pick<Rows, 'cuts' | 'batch' | 'arithmetic'>): StaticGraph {
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

interface Rows {
  readonly cuts: readonly Cut[];
  readonly rows: number;
  readonly batch: number;
  readonly norm: Norm;
  readonly arithmetic: Arithmetic;
}

/** Row s of batch row b is sign[s, b]·(element index[s, b] of the cut). */
function elementsGraph(net: StaticGraph, { cut, ...rows }: Rows & { readonly cut: Cut }): StaticGraph {
  const g = newGraph();
  const { shape } = net.types.get(cut.name) as Value;
  const index = g.input('index', 'int64', [rows.rows, rows.batch]);
  const sign = g.input('sign', 'float32', [rows.rows, rows.batch]);
  const n = sizeOf(shape) / rows.batch;
  const places = g.constant({
    type: 'int64',
    shape: [n],
    data: new Uint8Array(BigInt64Array.from({ length: n }, (_, i) => BigInt(i)).buffer),
  });
  const hit = g.cast(g.equal(g.reshape(index, [rows.rows, rows.batch, 1]), places), 'float32');
  const a = g.reshape(g.mul(hit, g.reshape(sign, [rows.rows, rows.batch, 1])), [rows.rows, ...shape]);
  return boundsOf(g, upTo(net, cut.name), rows, cut.name, a);
}

/** Row s of batch row b is rows[s, b, :]·output. */
function outputGraph(net: StaticGraph, rows: Rows): StaticGraph {
  const g = newGraph();
  const { name, shape } = net.outputs[0] as Value;
  const a = g.input('rows', 'float32', [rows.rows, rows.batch, sizeOf(shape) / rows.batch]);
  return boundsOf(g, net, rows, name, g.reshape(a, [rows.rows, ...shape]));
}

/** What the affine tail of a network starts from: values made by nodes that are not affine, or its inputs. */
function headsOf(net: StaticGraph): string[] {
  return tailOf(net).inputs.map(({ name }) => name);
}

/** The affine nodes at a network's end. */
function tailOf(net: StaticGraph): StaticGraph {
  const scope = scopeOf(newGraph(), net);
  const wanted = new Set([(net.outputs[0] as Value).name]);
  const nodes = [...scope.nodes].reverse().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name)) || !isAffine(scope, node, ruleOf(node.op))) return false;
    for (const name of node.outputs) wanted.delete(name);
    for (const name of node.inputs) wanted.add(name);
    return true;
  });
  const inputs = [...wanted].filter((name) => scope.varies(name)).map((name) => scope.typed(name));
  const own = new Set(nodes.map((node) => node.outputs[0]));
  return { ...net, inputs, nodes: net.nodes.filter((node) => own.has(node.outputs[0]) || !scope.varies(node.outputs[0] as string)) };
}

/** The part of a network that a value depends on. */
function upTo(net: StaticGraph, name: string): StaticGraph {
  const wanted = new Set([name]);
  const nodes = [...net.nodes].reverse().filter((node) => {
    if (!node.outputs.some((output) => wanted.has(output))) return false;
    for (const input of node.inputs) wanted.add(input);
    return true;
  });
  const constants = new Map([...net.constants].filter(([constant]) => wanted.has(constant)));
  return { ...net, nodes: nodes.reverse(), constants };
}

function boundsOf(g: Graph, net: StaticGraph, { cuts, batch, norm, arithmetic }: Rows, value: string, coefficients: Value): StaticGraph {
  const made = new Set(net.nodes.flatMap((node) => node.inputs));
  const box = boxOf(g, net);
  const needed = cuts.filter(({ name }) => made.has(name) && name !== value && !box.has(name));
  const intervals = new Map([...box, ...givenOf(g, net, needed)]);
  const scope = scopeOf(g, net);
  const errors = new Map<string, Value>();
  const error = (name: string): Value => {
    const n = sizeOf((net.types.get(name) as Value).shape) / batch;
    const known =
      errors.get(name) ?? g.input(`e:${net.inputs.some((input) => input.name === name) ? `in:${name}` : name}`, 'float32', [n, 1]);
    errors.set(name, known);
    return known;
  };
  for (const node of scope.nodes) if (arithmetic === 'float32' && !isExact(node)) error(node.outputs[0] as string);
  const bound = linearBounds({ scope, batch, intervals, errors }, [{ value, coefficients }]);
  let [lower, total] = [bound.constant, bound.error];
  for (const { name, type, shape } of net.inputs) {
    const a = bound.coefficients.get(name);
    if (!a) continue;
    const ball: InputSet['ball'] =
      norm === 'box' ? undefined : { norm, centre: g.input(`c:${name}`, type, shape), radius: g.input('radius', 'float32', [batch]) };
    const found = least(
      g,
      a,
      { box: box.get(name) as Interval, ...(ball && { ball }) },
      arithmetic === 'float32' ? error(name) : undefined,
      batch,
    );
    lower = g.add(lower, found.value);
    if (found.error) total = g.add(total, found.error);
  }
  return g.finish({ lower, error: total }, `bounds of ${value}`);
}
