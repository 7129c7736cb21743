/** The gradient of a random projection of a lowered graph's float outputs against central differences in float64. */
import type { StaticGraph, Value } from '../../src/onnx/graph.ts';
import { floats, isFloat, numbers, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { isCore, newGraph, OPS } from '../../src/ops/table.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor, Session } from '../../src/runtime/runtime.ts';
import { toFloat64 } from '../../src/transform/float64.ts';
import { gradient } from '../../src/transform/gradient.ts';
import { hostOf } from './compare.ts';

export interface GradientVerdict {
  readonly outcome: 'exact' | 'kink' | 'stated' | 'differs' | 'not applicable';
  readonly reason: string;
}

/** Central differences in float64: the error is of order h² and 1e-16/h. */
const STEP = 1e-5;
const FINE = 1e-7;
/** Relative to the largest partial derivative, on top of rounding of the projection divided by the step. */
const TOLERANCE = 1e-6;
const PARTIALS = 6;
const JUMP = 50;

/** Numbers in [−1, 1] that follow no pattern of the operators. */
const weight = (i: number): number => Math.sin(12.9898 * (i + 1)) * 0.5 + 0.5 * Math.cos(78.233 * i);

/** Compares up to six partial derivatives of each float input. Never throws. */
export async function gradientVerdict(graph: StaticGraph, tensors: readonly Tensor[]): Promise<GradientVerdict> {
  const inputs = graph.inputs.filter(({ type }) => isFloat(type));
  if (inputs.length === 0) return { outcome: 'not applicable', reason: 'no float input is left' };
  if (!graph.outputs.some(({ type }) => isFloat(type))) return { outcome: 'not applicable', reason: 'no float output' };
  try {
    return await differences(graph, inputs, tensors);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The float64 form has no kernels of its own for windows, and writes them out.
    return /nothing can hold|allocate memory|indices is needed/.test(reason)
      ? { outcome: 'not applicable', reason: 'too large in float64' }
      : { outcome: 'differs', reason };
  }
}

/** The projection `loss`, and with its gradients g0, g1, … of the float inputs. */
function projected(graph: StaticGraph, withGradient: boolean): StaticGraph {
  const g = newGraph();
  const inputs = graph.inputs.map(({ name, type, shape }) => g.input(name, type, shape));
  const values = g.inline(graph, new Map(inputs.map((value) => [value.name, value])));
  const terms = graph.outputs.flatMap(({ name, type, shape }) => {
    const weights = floats(
      Array.from({ length: sizeOf(shape) }, (_, i) => weight(i)),
      shape,
      type,
    );
    const y = values.get(name) as Value;
    return isFloat(type) ? [g.cast(g.sum(g.mul(y, g.constant(weights)), [...shape.keys()]), 'float32')] : [];
  });
  const loss = terms.reduce((a, b) => g.add(a, b));
  if (!withGradient) return g.finish({ loss });
  const targets = inputs.filter(({ type }) => isFloat(type));
  const found = gradient(g, [{ value: loss, cotangent: g.scalar(1) }], targets);
  return g.finish({ loss, ...Object.fromEntries(targets.map((target, i) => [`g${i}`, found[i] ?? g.zeros(target.shape, target.type)])) });
}

/** Operators on the way whose stated gradient is not their derivative. */
function stated(graph: StaticGraph): string[] {
  const names = graph.nodes.map(({ op }) => op).filter((op) => isCore(op) && OPS[op].differentiable === 'straight-through');
  return [...new Set(names)].sort();
}

async function differences(graph: StaticGraph, inputs: readonly Value[], tensors: readonly Tensor[]): Promise<GradientVerdict> {
  const wide = toFloat64(projected(graph, true));
  const feeds = Object.fromEntries(
    wide.inputs.map(({ name, type }, i) => {
      const tensor = tensors[i] as Tensor;
      return [name, isFloat(type) ? hostOf(floats(numbers(tensor), tensor.shape, 'float64')) : hostOf(tensor)];
    }),
  );
  const exact = await once(wide, feeds);
  const through = stated(graph);
  if (through.length > 0) return { outcome: 'stated', reason: `straight-through: ${through.join(', ')}` };
  const session = await ortNode.load(toFloat64(projected(graph, false)), { optimisation: 'disabled' });
  try {
    let kinks = 0;
    for (const [i, input] of inputs.entries()) {
      const found = await compared(session, feeds, input, Array.from(exact[`g${i}`]?.data as Float64Array));
      if (typeof found === 'string') return { outcome: 'differs', reason: found };
      kinks += found;
    }
    return kinks > 0 ? { outcome: 'kink', reason: `${kinks} partial derivatives at a kink` } : { outcome: 'exact', reason: '' };
  } finally {
    await session.release();
  }
}

async function once(graph: StaticGraph, feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
  const session = await ortNode.load(graph, { optimisation: 'disabled' });
  try {
    return await session.run(pick(session, feeds));
  } finally {
    await session.release();
  }
}

const pick = (session: Session, feeds: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> =>
  Object.fromEntries(session.inputNames.map((name) => [name, feeds[name] as HostTensor]));

/** How many of the looked-at partial derivatives lie at a kink (between the slopes on both sides), or what differs. */
async function compared(
  session: Session,
  feeds: Readonly<Record<string, HostTensor>>,
  { name, shape }: Value,
  derivatives: readonly number[],
): Promise<number | string> {
  const at = async (index: number, delta: number): Promise<number> => {
    const data = Float64Array.from((feeds[name] as HostTensor).data as Float64Array);
    data[index] = (data[index] as number) + delta;
    return Number((await session.run(pick(session, { ...feeds, [name]: { type: 'float64', shape, data } }))).loss?.data[0]);
  };
  const largest = Math.max(1e-3, largestOf(derivatives));
  let kinks = 0;
  for (const index of picked(derivatives)) {
    const own = derivatives[index] as number;
    const wide = await slopes(at, index, STEP);
    if (Math.abs(own - wide.central) <= TOLERANCE * largest + wide.rounding || !Number.isFinite(wide.central)) continue;
    // Where the second derivative jumps, the error of the difference is of order h.
    const fine = await slopes(at, index, FINE);
    const slack = TOLERANCE * largest + fine.rounding;
    if (Math.abs(own - fine.central) <= slack) continue;
    const [low, high] = [Math.min(fine.left, fine.right), Math.max(fine.left, fine.right)];
    // A difference that grows as the step shrinks is a jump of the function itself.
    if (Math.abs(fine.central) > JUMP * Math.abs(wide.central) && Math.abs(fine.central) > 1 / (JUMP * FINE) ** 0.5) {
      kinks++;
      continue;
    }
    // A derivative between two different one-sided slopes is a subgradient.
    if (high - low > 1e-3 * largest && own >= low - slack && own <= high + slack) kinks++;
    else return `d/d${name}[${index}] is ${own} instead of ${fine.central} (left ${fine.left}, right ${fine.right})`;
  }
  return kinks;
}

const largestOf = (values: readonly number[]): number =>
  values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);

interface Slopes {
  readonly left: number;
  readonly central: number;
  readonly right: number;
  /** What rounding of the projection alone may add. */
  readonly rounding: number;
}

async function slopes(at: (index: number, delta: number) => Promise<number>, index: number, step: number): Promise<Slopes> {
  const [below, here, above] = [await at(index, -step), await at(index, 0), await at(index, step)];
  const size = Math.max(Math.abs(here), Math.abs(above), Math.abs(below));
  return {
    left: (here - below) / step,
    central: (above - below) / (2 * step),
    right: (above - here) / step,
    rounding: (8 * Number.EPSILON * Math.max(1, size)) / step,
  };
}

/** Indices spread over the tensor, and the strongest. */
function picked(derivatives: readonly number[]): number[] {
  const n = derivatives.length;
  const strongest = derivatives.reduce((most, value, i) => (Math.abs(value) > Math.abs(derivatives[most] as number) ? i : most), 0);
  return n === 0
    ? []
    : [...new Set([strongest, ...Array.from({ length: PARTIALS - 1 }, (_, i) => Math.floor(((i + 0.37) * n) / (PARTIALS - 1)))])];
}
