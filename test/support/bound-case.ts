/** One operator in a box: whether its interval and its planes hold all samples, in float32 as ONNX Runtime computes it. */
import type { Attributes, StaticGraph, Value } from '../../src/onnx/graph.ts';
import { floats, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { UNBOUNDED } from '../../src/ops/intervals.ts';
import type { Interval } from '../../src/ops/rule.ts';
import { newGraph, ruleOf } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';
import { linearBounds } from '../../src/transform/bounds/backward.ts';
import { boundForm } from '../../src/transform/bounds/bound-form.ts';
import { least } from '../../src/transform/bounds/concretise.ts';
import { forwardBounds, inputError } from '../../src/transform/bounds/forward.ts';

type Graph = ReturnType<typeof newGraph>;

export interface BoundCase {
  readonly op: string;
  readonly attributes?: Attributes;
  /** Of the inputs that vary; the first dimension is 1. */
  readonly shapes: readonly (readonly number[])[];
  /** Behind the varying inputs. */
  readonly constants?: readonly (Tensor | undefined)[];
  readonly outputs?: number;
  /** In place of the one node. */
  readonly build?: (g: Graph, inputs: readonly Value[]) => Value;
  /** The boxes' centres lie here: [−2, 2] unless given. */
  readonly range?: readonly [number, number];
  /** Of the boxes. */
  readonly width: number;
  readonly seed: number;
}

/** What was found outside, or which plane never comes near, in words; undefined where everything holds. */
export async function violation(test: BoundCase, samples: number): Promise<string | undefined> {
  const net = netOf(test);
  const output = net.outputs[0] as Value;
  const n = sizeOf(output.shape);
  const [bounds, model] = [await ortNode.load(boundsGraph(net)), await ortNode.load(net)];
  try {
    const rng = keyedRng(test.seed, 'bound case');
    const box = boxOf(test, net, () => rng.uniform());
    const feeds = Object.fromEntries(
      box.flatMap(({ lower, upper, name }) => [[`l:${name}`, lower] as const, [`u:${name}`, upper] as const]),
    );
    const found = await Promise.all(
      [0, rng.uniform(), 1].map((choice) =>
        bounds.run(given(bounds.inputNames, { ...feeds, choice: { type: 'float32', shape: [], data: Float32Array.of(choice) } })),
      ),
    );
    const nearest = new Float64Array(2 * n).fill(Number.POSITIVE_INFINITY);
    for (let sample = 0; sample < samples; sample++) {
      const x = box.map(({ lower, upper }) => pointOf(lower, upper, sample, () => rng.uniform()));
      const inputs = Object.fromEntries(box.map(({ name }, i) => [name, x[i] as HostTensor]));
      const y = (await model.run(inputs))[output.name]?.data as Float32Array;
      for (const one of found) {
        const wrong = outside(one, x, y, n);
        if (wrong) return `${test.op}: ${wrong} in sample ${sample}, box of ${test.width}`;
      }
      approach(nearest, found[0] as Record<string, HostTensor>, x, y);
    }
    const far = isCurve(test) ? nearest.findIndex((gap) => gap > test.width + NEAR && gap < UNBOUNDED / 2) : -1;
    return far < 0 ? undefined : `${test.op}: a plane keeps ${nearest[far]} away from every sample, box of ${test.width}`;
  } finally {
    await bounds.release();
    await model.release();
  }
}

/** The form for bounds of the case. */
export const formOf = (test: BoundCase): StaticGraph => boundForm(netOf(test));

/** The largest difference between what the operator and its form for bounds compute at the middle of a box, of a value or of 1. */
export async function formError(test: BoundCase): Promise<number> {
  const net = netOf(test);
  const rng = keyedRng(test.seed, 'bound case');
  const point = Object.fromEntries(
    boxOf(test, net, () => rng.uniform()).map(({ name, lower, upper }) => [name, pointOf(lower, upper, 2, () => rng.uniform())]),
  );
  const values = async (graph: StaticGraph): Promise<Float32Array> => {
    const session = await ortNode.load(graph);
    const { y } = await session.run(given(session.inputNames, point));
    await session.release();
    return (y as HostTensor).data as Float32Array;
  };
  const [exact, form] = [await values(net), await values(boundForm(net))];
  return Math.max(...Array.from(exact, (value, i) => Math.abs((form[i] as number) - value) / Math.max(1, Math.abs(value))));
}

function netOf({ op, attributes = {}, shapes, constants = [], outputs = 1, build }: BoundCase): StaticGraph {
  const g = newGraph();
  const inputs = shapes.map((shape, i) => g.input(`x${i}`, 'float32', shape));
  const rest = constants.map((tensor) => tensor && g.constant(tensor));
  const made = build?.(g, inputs) ?? (g.nodes1(op, [...inputs, ...rest], attributes, outputs)[0] as Value);
  return g.finish({ y: made });
}

/** Outputs L, U; for rows ±y the coefficients A of each input, d and its error, with the usual planes (0) and the chosen ones (1). */
function boundsGraph(core: StaticGraph): StaticGraph {
  const net = boundForm(core);
  const g = newGraph();
  const box = new Map<string, Interval>(
    net.inputs.map(({ name, shape }) => [
      name,
      { lower: g.input(`l:${name}`, 'float32', shape), upper: g.input(`u:${name}`, 'float32', shape) },
    ]),
  );
  const choice = g.input('choice', 'float32', []);
  const { scope, intervals, errors } = forwardBounds(g, net, box);
  const column = (error: Value): Value => g.reshape(error, [sizeOf(error.shape), 1]);
  const context = { scope, batch: 1, intervals, errors: new Map([...errors].map(([name, error]) => [name, column(error)])) };
  const { name, shape } = net.outputs[0] as Value;
  const { lower, upper } = intervals.get(name) as Interval;
  const outputs: Record<string, Value> = { L: lower, U: upper };
  const n = sizeOf(shape);
  const rows = floats(
    Array.from({ length: 2 * n * n }, (_, i) => (Math.floor(i / n) % n === i % n ? 1 : 0) * (i < n * n ? 1 : -1) + 0),
    [2 * n, ...shape],
    'float32',
  );
  for (const [which, planes] of [{}, { choice: () => ({ lower: choice, upper: choice }) }].entries()) {
    const bound = linearBounds({ ...context, ...planes }, [{ value: name, coefficients: g.constant(rows) }]);
    let [constant, error, value] = [bound.constant, bound.error, bound.constant];
    for (const input of net.inputs) {
      const a = bound.coefficients.get(input.name);
      if (!a) continue;
      const interval = box.get(input.name) as Interval;
      const found = least(g, a, { box: interval }, column(inputError(scope, interval)), 1);
      value = g.add(value, found.value);
      if (found.error) error = g.add(error, found.error);
      outputs[`A${which}:${input.name}`] = a;
    }
    constant = g.sub(constant, error);
    outputs[`d${which}`] = constant;
    outputs[`B${which}`] = g.sub(value, error);
  }
  return g.finish(outputs);
}

interface Box {
  readonly name: string;
  readonly lower: HostTensor;
  readonly upper: HostTensor;
}

function boxOf({ range = [-2, 2], width }: BoundCase, net: StaticGraph, uniform: () => number): Box[] {
  return net.inputs.map(({ name, shape }) => {
    const centres = Array.from({ length: sizeOf(shape) }, () => range[0] + uniform() * (range[1] - range[0]));
    // Some elements do not move at all.
    const radii = centres.map(() => (uniform() < 0.1 ? 0 : (uniform() * width) / 2));
    const tensor = (sign: number): HostTensor => ({
      type: 'float32',
      shape,
      data: Float32Array.from(centres, (centre, i) => centre + sign * (radii[i] as number)),
    });
    return { name, lower: tensor(-1), upper: tensor(1) };
  });
}

/** Both ends and the middle, then corners and points in turn. */
function pointOf(lower: HostTensor, upper: HostTensor, sample: number, uniform: () => number): HostTensor {
  const [low, high] = [lower.data as Float32Array, upper.data as Float32Array];
  const data = low.map((from, i) => {
    const to = high[i] as number;
    if (sample < 3) return [from, to, Math.fround(from / 2 + to / 2)][sample] as number;
    if (sample % 2 === 0) return uniform() < 0.5 ? from : to;
    return Math.min(Math.max(Math.fround(from + uniform() * (to - from)), from), to);
  });
  return { ...lower, data };
}

/** Boxes in which a plane that touches its curve has to be about that near to one of the samples. */
const NARROW = 0.1;
/** Room for rounding, of a value or of 1. */
const NEAR = 1e-3;

/** Of one value, element by element: planes touch it. */
function isCurve({ op, build, width, shapes }: BoundCase): boolean {
  return !build && width <= NARROW && shapes.length === 1 && ruleOf(op).family === 'unary' && ruleOf(op).relax !== undefined;
}

/** The least distance of each usual plane so far, of a value or of 1. */
function approach(nearest: Float64Array, found: Record<string, HostTensor>, x: readonly HostTensor[], y: Float32Array): void {
  const constants = found.d0?.data;
  if (!(constants instanceof Float32Array)) return;
  for (const [i, value] of y.entries()) {
    for (const [row, exact] of [
      [i, value],
      [y.length + i, -value],
    ] as const) {
      const line = (constants[row] as number) + along(found, x, 0, row);
      nearest[row] = Math.min(nearest[row] as number, (exact - line) / Math.max(1, Math.abs(exact)));
    }
  }
}

/** Of the bounds at one point. */
function outside(found: Record<string, HostTensor>, x: readonly HostTensor[], y: Float32Array, n: number): string | undefined {
  const of = (name: string): Float32Array => found[name]?.data as Float32Array;
  for (const [i, value] of y.entries()) {
    if (!Number.isFinite(value)) continue;
    const [low, high] = [of('L')[i] as number, of('U')[i] as number];
    if (!(low <= value && value <= high)) return `${value} is not within [${low}, ${high}]`;
    for (const which of [0, 1]) {
      for (const row of [i, n + i]) {
        const exact = row < n ? value : -value;
        const line = (of(`d${which}`)[row] as number) + along(found, x, which, row);
        if (line > exact)
          return `the ${which ? 'chosen' : 'usual'} plane ${row < n ? 'below' : 'above'} is ${line} where ${exact} is computed`;
        const bound = of(`B${which}`)[row] as number;
        if (bound > exact) return `the bound of the ${which ? 'chosen' : 'usual'} plane is ${bound} where ${exact} is computed`;
      }
    }
  }
  return undefined;
}

/** A·x of one row, in float64. */
function along(found: Record<string, HostTensor>, x: readonly HostTensor[], which: number, row: number): number {
  let sum = 0;
  for (const [j, point] of x.entries()) {
    const coefficients = found[`A${which}:x${j}`]?.data as Float32Array | undefined;
    if (!coefficients) continue;
    const data = point.data as Float32Array;
    for (const [k, value] of data.entries()) sum += (coefficients[row * data.length + k] as number) * value;
  }
  return sum;
}

const given = (names: readonly string[], feeds: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> =>
  Object.fromEntries(names.map((name) => [name, feeds[name] as HostTensor]));
