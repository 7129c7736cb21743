/**
 * Looks for counterexamples from random points and from those that bounds point at, on the clause's worst constraint, max over its rows of a·y − offset: first by
 * projected gradient descent (Madry et al., arXiv:1706.06083), whose steps jump to and fro where constraints meet, then by steps onto the plane where that
 * constraint would hold were it linear (relaxation of inequalities, Motzkin and Schoenberg, 1954). What it finds is a proposal: the untouched model decides
 * (`witness.ts`).
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { StaticGraph, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import { keyedRng } from '../../rng/rng.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import type { HostTensor, Runtime, Session } from '../../runtime/runtime.ts';
import { foldConstants } from '../../transform/fold-constants.ts';
import { gradient } from '../../transform/gradient.ts';
import { optimise } from '../../transform/optimise.ts';
import { type Goal, stacked } from '../bounds/goal.ts';

export interface PointSearch {
  /**
   * Each point is moved `steps` times for its goal, within its box: all points of a batch at the first step at which one seems to violate it.
   * @param first size of the first step, in half widths of the box: .5 unless given
   */
  descend(starts: readonly Start[], steps: number, first?: number): Promise<Float32Array[]>;
  /** Random points of the box. */
  random(count: number, box: SearchBox, seed: number): Float32Array[];
  readonly batch: number;
  release(): Promise<void>;
}

export interface SearchBox {
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

export interface Start extends SearchBox {
  readonly point: Float32Array;
  readonly goal: Goal;
}

/** Steps relative to the box's half width, falling to a hundredth of it. */
const FIRST = 0.5;
const LAST = 0.01;
/** The share of steps by signs, and how far the others go, of the way to the plane: not onto it, but a little beyond. */
const [SIGNED, BEYOND] = [0.5, 1.1];

/** @param graph the model's first output for so many rows of its one input */
export async function pointSearch(
  graph: (batch: number) => Promise<StaticGraph>,
  runtime: Runtime,
  { batch, rows }: { batch: number; rows: number },
): Promise<PointSearch> {
  const net = await graph(batch);
  const session = await runtime.load(optimise(await foldConstants(stepGraph(net, rows), evaluator(runtime))));
  const size = sizeOf((net.inputs[0] as Value).shape) / batch;
  return {
    batch,
    random: (count, box, seed) => Array.from({ length: count }, (_, i) => drawn(box, seed, i)),
    descend: async (starts, steps, first = FIRST) => {
      const hits: Float32Array[] = [];
      for (let from = 0; from < starts.length; from += batch) {
        const part = filled(starts.slice(from, from + batch), batch);
        const { goal } = part[0] as Start;
        hits.push(...(await descended(session, { part, steps, first, rows, size, outputs: goal.rows.length / goal.offsets.length, net })));
      }
      return hits;
    },
    release: () => session.release(),
  };
}

interface Descent {
  readonly part: readonly Start[];
  readonly steps: number;
  readonly first: number;
  readonly rows: number;
  readonly size: number;
  readonly outputs: number;
  readonly net: StaticGraph;
}

async function descended(session: Session, { part, steps, first, rows, size, outputs, net }: Descent): Promise<Float32Array[]> {
  const batch = part.length;
  const aims = part.map(({ goal }) => goal);
  const { count, data } = stacked(aims, outputs);
  // A graph of more rows repeats the last.
  const rowsData = new Float32Array(rows * batch * outputs);
  const offsets = new Float32Array(rows * batch);
  for (let s = 0; s < rows; s++) {
    const from = Math.min(s, count - 1) * batch * outputs;
    rowsData.set(data.subarray(from, from + batch * outputs), s * batch * outputs);
    for (const [b, goal] of aims.entries()) offsets[s * batch + b] = goal.offsets[Math.min(s, goal.offsets.length - 1)] as number;
  }
  const shape = (net.inputs[0] as Value).shape;
  const all = (rowsOf: (start: Start) => Float32Array): Float32Array<ArrayBuffer> => {
    const values = new Float32Array(batch * size);
    for (const [b, start] of part.entries()) values.set(rowsOf(start), b * size);
    return values;
  };
  const [l, u] = [
    tensor(
      all(({ lower }) => lower),
      shape,
    ),
    tensor(
      all(({ upper }) => upper),
      shape,
    ),
  ];
  let x = all(({ point }) => point);
  const hits: Float32Array[] = [];
  for (let t = 0; t <= steps; t++) {
    const rate = rateAt(t, Math.ceil(steps * SIGNED), first);
    const found = await session.run({
      x: tensor(x, shape),
      l,
      u,
      rows: tensor(rowsData, [rows, batch, outputs]),
      offsets: tensor(offsets, [rows, batch]),
      rate: tensor(Float32Array.of(rate), []),
    });
    const value = found.value?.data as Float32Array;
    for (let b = 0; b < batch; b++) if ((value[b] as number) <= 0) hits.push(x.slice(b * size, (b + 1) * size));
    if (hits.length > 0) return hits;
    x = found.next?.data as Float32Array<ArrayBuffer>;
  }
  return hits;
}

/** Falls over the steps by signs; the others have none. */
const rateAt = (t: number, signed: number, first: number): number =>
  t <= signed ? first * (LAST / first) ** (t / Math.max(1, signed)) : 0;

const tensor = (data: Float32Array, shape: readonly number[]): HostTensor => ({ type: 'float32', shape, data });

/** With v = max_s (a_s·y − offset_s): v at x, and x' = clip(x − rate·½(u − l)·sign ∇v, l, u); at a rate of 0 the step `ontoPlane` in place of that by signs. */
function stepGraph(net: StaticGraph, rows: number): StaticGraph {
  const g = newGraph();
  const { name, shape } = net.inputs[0] as Value;
  const batch = shape[0] as number;
  const x = g.input('x', 'float32', shape);
  const [lower, upper] = ['l', 'u'].map((end) => g.input(end, 'float32', shape)) as [Value, Value];
  const output = net.outputs[0] as Value;
  const y = g.inline(net, new Map([[name, x]])).get(output.name) as Value;
  const outputs = sizeOf(output.shape) / batch;
  const weights = g.input('rows', 'float32', [rows, batch, outputs]);
  const offsets = g.input('offsets', 'float32', [rows, batch]);
  const value = g.reduceMax(g.sub(g.sum(g.mul(weights, g.reshape(y, [batch, outputs])), [2]), offsets), [0]);
  const [slope] = gradient(g, [{ value, cotangent: g.expand(g.scalar(1), [batch]) }], [x]);
  const [rate, width, up] = [g.input('rate', 'float32', []), g.sub(upper, lower), slope ?? g.mul(x, g.scalar(0))];
  const bySigns = g.mul(g.mul(g.mul(width, g.scalar(0.5)), rate), g.sign(up));
  const moved = g.sub(x, g.where(g.greater(rate, g.scalar(0)), bySigns, ontoPlane(g, { value, up, width })));
  return g.finish({ value, next: g.min(g.max(moved, lower), upper) }, 'search for a counterexample');
}

/** The shortest step, in units of the box's width w, by which a linear v would fall by v and a little more: v·w²∇v / ‖w∇v‖². */
function ontoPlane(g: GraphBuilder, { value, up, width }: Readonly<Record<'value' | 'up' | 'width', Value>>): Value {
  const batch = value.shape[0] as number;
  const scaled = g.mul(width, up);
  const length = g.sum(g.reshape(g.mul(scaled, scaled), [batch, sizeOf(up.shape) / batch]), [1]);
  const way = g.div(g.mul(value, g.scalar(BEYOND)), g.max(length, g.scalar(1e-30)));
  return g.mul(g.reshape(way, [batch, ...up.shape.slice(1).map(() => 1)]), g.mul(width, scaled));
}

function drawn({ lower, upper }: SearchBox, seed: number, i: number): Float32Array {
  const rng = keyedRng(seed, 'property', i);
  return lower.map((value, k) => Math.min(upper[k] as number, Math.max(value, value + rng.uniform() * ((upper[k] as number) - value))));
}

function filled<T>(items: readonly T[], length: number): T[] {
  return Array.from({ length }, (_, i) => items[Math.min(i, items.length - 1)] as T);
}
