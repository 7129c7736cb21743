/** Holds what a proof says of every layer, and of the outputs, against the network's own values at points of the set. */

import { sizeOf } from '../../onnx/tensor.ts';
import type { HostTensor } from '../../runtime/runtime.ts';
import type { LayerBounds } from '../bounds/domain.ts';
import type { Goal } from '../bounds/goal.ts';
import type { BoundNetwork } from '../graphs/network.ts';
import { fed } from '../graphs/session.ts';
import type { Verdict } from '../search/escalate.ts';

/** A value outside of what is proved of it. */
export interface Escaped {
  /** The node of the user's file that the value enters, or the class that the margin is against. */
  readonly where: string;
  /** By how much, in the value's own units. */
  readonly by: number;
  /** The point, or one of those that were looked at together with it. */
  readonly point: Float32Array;
}

/** Points at once. */
const BATCH = 32;

/**
 * @param points of the proved set, each [size] of the network's one input
 * @param goals what was proved, in the order of the verdict's; those of one row are watched
 * @returns the first value that lies outside, undefined where all lie within
 */
export async function escaped(
  network: BoundNetwork,
  { bounds, goals: found }: Required<Pick<Verdict, 'bounds' | 'goals'>>,
  goals: readonly Goal[],
  points: readonly Float32Array[],
): Promise<Escaped | undefined> {
  const batch = network.isBatched ? BATCH : 1;
  const single = goals.flatMap((goal, i) =>
    goal.offsets.length === 1 ? [{ goal, lower: found[i]?.lower ?? Number.NEGATIVE_INFINITY }] : [],
  );
  if (single.length === 0) return undefined;
  const session = await network.watch(batch, single.length);
  const rows = new Float32Array(single.flatMap(({ goal }) => [...goal.rows]));
  const feeds = boundFeeds(network, bounds).set('rows', { type: 'float32', shape: [single.length, network.outputs], data: rows });
  for (let at = 0; at < points.length; at += batch) {
    const [point] = points.slice(at, at + 1) as [Float32Array];
    const made = await fed(session, feeds.set(...inputFeed(network, points.slice(at, at + batch), batch)));
    for (const { name, origin, ops } of network.cuts) {
      const by = (made[`beyond:${name}`]?.data as Float32Array | undefined)?.[0];
      // Written so that NaN, which no bound allows, is outside.
      if (by !== undefined && !(by <= 0)) return { where: origin ?? `${ops[0]} ${name}`, by, point };
    }
    const least = made.least as HostTensor;
    for (const [i, { goal, lower }] of single.entries()) {
      const margin = least.data[i] as number;
      // The graph's own difference of two scores is off by half a unit in the last place.
      const by = lower - (margin - (goal.offsets[0] as number)) - Math.abs(margin) * 2 ** -24;
      if (!(by <= 0)) return { where: `the margin against class ${goal.name}`, by, point };
    }
  }
  return undefined;
}

/** Slopes at some points, along which a value of one layer, the points taking turns, comes nearest to leaving its bounds: [size] each. */
export async function slopesTowards(network: BoundNetwork, bounds: LayerBounds, points: readonly Float32Array[]): Promise<Float32Array[]> {
  const inner = network.cuts.filter(({ name }) => bounds.lower.has(name)).length;
  if (inner === 0) return [];
  const batch = network.isBatched ? BATCH : 1;
  const session = await network.push(batch);
  const slopes: Float32Array[] = [];
  for (let at = 0; at < points.length; at += batch) {
    const which = new Float32Array(batch * inner);
    for (let b = 0; b < batch; b++) which[b * inner + ((at + b) % inner)] = 1;
    const feeds = boundFeeds(network, bounds).set('which', { type: 'float32', shape: [batch, inner], data: which });
    const { slope } = await fed(session, feeds.set(...inputFeed(network, points.slice(at, at + batch), batch)));
    const data = slope?.data as Float32Array;
    const size = data.length / batch;
    for (let b = 0; b < batch && at + b < points.length; b++) slopes.push(data.slice(b * size, (b + 1) * size));
  }
  return slopes;
}

function boundFeeds({ cuts }: BoundNetwork, { lower, upper }: LayerBounds): Map<string, HostTensor> {
  const feeds = new Map<string, HostTensor>();
  for (const { name, size } of cuts) {
    for (const [side, ends] of [
      ['l', lower],
      ['u', upper],
    ] as const) {
      const data = ends.get(name);
      if (data) feeds.set(`${side}:${name}`, { type: 'float32', shape: [1, size], data });
    }
  }
  return feeds;
}

/** The points, the last repeated until the batch is full. */
function inputFeed({ inputs: [input] }: BoundNetwork, points: readonly Float32Array[], batch: number): [string, HostTensor] {
  const { name, shape } = input as { name: string; shape: readonly number[] };
  const rows = [batch * (shape[0] as number), ...shape.slice(1)];
  const data = new Float32Array(sizeOf(rows));
  for (let b = 0; b < batch; b++) data.set(points[Math.min(b, points.length - 1)] as Float32Array, (b * data.length) / batch);
  return [name, { type: 'float32', shape: rows, data }];
}
