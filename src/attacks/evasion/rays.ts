/** RayS (Chen & Gu, arXiv:2006.12792, algorithms 1 to 3): the shortest ray towards a corner of the box that fools a model of which only labels are seen; the authors' parameters. */
import * as z from 'zod';
import { type Preprocessing, rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import { boundAt, clipTo, movedOnly, type Range } from '../../threat/ball.ts';
import { defineAttack } from '../attack.ts';
import { bisect } from '../bisect.ts';
import { byLabels, type Hunt } from '../by-labels.ts';
import { numberInput, rowGraph, rowsInput } from '../row-graph.ts';

const params = z.object({
  maxQueries: z.int().min(1).default(10_000).describe('questions per example'),
  tolerance: z.number().positive().default(1e-3).describe('length of a ray, in L2, that bisections resolve'),
  restarts: z.int().min(0).default(5).describe('other signs to begin with, once no block shortens the ray'),
  untilEpsilon: z.boolean().default(true).describe('stop as soon as the distance is at most epsilon'),
});

/** Without a range: a ray this many times the largest number of the example is as long as any. */
const FAR = 2 ** 10;

/** Share of a ray that bisections resolve where the tolerance is longer than it. */
const FINEST = 0.01;

export const rays = defineAttack({
  id: 'rays',
  name: 'RayS',
  paper: 'arXiv:2006.12792',
  summary: 'Turns the signs of ever smaller blocks of a Linf direction and keeps what shortens the way, by labels alone.',
  knowledge: 'labels',
  norms: ['linf'],
  aim: 'minimal',
  params,
  run: async (context, samples) => {
    if (samples.length === 0) return [];
    const { target, params: given } = context;
    const at = await ray(target);
    const order = elements(target.preprocessing);
    return byLabels(context, 'rays', samples, (hunt) =>
      search({ at, hunt, order, tolerance: given.tolerance / Math.sqrt(target.size), reach: reachOf(hunt), restarts: given.restarts }),
    );
  },
});

/** x0 + t·signs, clipped to the range; what may not change stays. */
async function ray(target: Target): Promise<(x0: Float32Array, signs: Float32Array, t: number) => Promise<Float32Array>> {
  const range = rangeOf(target.preprocessing);
  const run = await rowGraph(target, 'rays ray', (g) => {
    const [x0, signs] = [rowsInput(g, 'x0', 1, target), rowsInput(g, 'signs', 1, target)];
    return { made: clipTo(g, g.add(x0, g.mul(numberInput(g, 't'), movedOnly(g, signs, range))), range) };
  });
  return async (x0, signs, t) => (await run({ x0, signs, t })).made;
}

/** The elements that may change, those of one channel of a picture behind each other: blocks are runs of this order. */
function elements(preprocessing: Preprocessing): number[] {
  const { layout, shape } = preprocessing;
  const size = shape.reduce((product, dim) => product * dim, 1);
  const channels = layout === 'NHWC' ? (shape.at(-1) as number) : 1;
  const pixels = size / channels;
  const movable = rangeOf(preprocessing)?.[2];
  return Array.from({ length: size }, (_, i) => (i % pixels) * channels + Math.floor(i / pixels)).filter((i) => movable?.[i] !== false);
}

/** A length at which every ray ends in a corner of the range. */
function reachOf({ range, queries }: Hunt): number {
  const { x } = queries.sample;
  const far = FAR * (x.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1);
  return range ? Math.min(far, widest(range, x.length)) : far;
}

function widest([low, high]: Range, size: number): number {
  if (typeof low === 'number' && typeof high === 'number') return high - low;
  return Array.from({ length: size }, (_, i) => boundAt(high, i) - boundAt(low, i)).reduce((most, width) => Math.max(most, width), 0);
}

interface Search {
  readonly at: Awaited<ReturnType<typeof ray>>;
  readonly hunt: Hunt;
  readonly order: readonly number[];
  /** Length in Linf that bisections resolve. */
  readonly tolerance: number;
  /** Length at which a ray ends in a corner of the range. */
  readonly reach: number;
  readonly restarts: number;
}

interface Best {
  readonly signs: Float32Array;
  readonly t: number;
  /** Undefined where no ray has fooled the model. */
  readonly point: Float32Array | undefined;
}

/** From all signs plus; then, while questions are left, from random ones: a ray that no turned block shortens need not be the shortest. */
async function search(setting: Search): Promise<Float32Array | undefined> {
  const { hunt, reach, restarts } = setting;
  const { queries, enough } = hunt;
  const rng = hunt.rng('signs');
  let nearest: Best = { signs: new Float32Array(), t: reach, point: undefined };
  for (let start = 0; start <= restarts && queries.left > 0 && (nearest.point === undefined || nearest.t > enough); start++) {
    const signs = new Float32Array(queries.sample.x.length).map(() => (start > 0 && rng.int(2) === 0 ? -1 : 1));
    const found = await descend(setting, { signs, t: reach, point: undefined });
    if (found.point !== undefined && (nearest.point === undefined || found.t < nearest.t)) nearest = found;
  }
  return nearest.point;
}

/**
 * Blocks halve until they are single elements, which are tried for as long as a round of them shortens the ray (algorithm 3). What the paper does not say:
 * then from the whole again, since other signs have changed meanwhile; a pass through all sizes that brings nothing is the end, as another would ask the same.
 */
async function descend({ hunt: { queries, enough }, order, ...setting }: Search, start: Best): Promise<Best> {
  let best = await shorter(setting, queries, start, []);
  for (let shortened = true; shortened; ) {
    shortened = false;
    for (let side = order.length; side >= 1; side = Math.ceil(side / 2)) {
      const before = best.t;
      for (let from = 0; from < order.length; from += side) {
        if (best.t <= enough || queries.left === 0) return best;
        best = await shorter(setting, queries, best, order.slice(from, from + side));
      }
      if (best.t < before) shortened = true;
      else if (side === 1) break;
    }
  }
  return best;
}

/** The ray with a block of signs turned, if it fools the model at the length of the best one, as short as bisection finds it (algorithm 2). */
async function shorter(
  { at, tolerance }: Pick<Search, 'at' | 'tolerance'>,
  queries: Hunt['queries'],
  best: Best,
  block: readonly number[],
): Promise<Best> {
  const { x } = queries.sample;
  const signs = best.signs.slice();
  for (const i of block) signs[i] = -(signs[i] as number);
  const point = await at(x, signs, best.t);
  if (!(await queries.fools(point))) return best;
  const threshold = Math.min(tolerance, best.t * FINEST);
  const found = await bisect(queries, { point, high: best.t, at: (t) => at(x, signs, t), threshold });
  return found.t < best.t || best.point === undefined ? { signs, ...found } : best;
}
