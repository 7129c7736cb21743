/**
 * Where attacks that only see labels begin: a point far away that fools the model.
 * Blended uniform noise as in HopSkipJump (arXiv:1904.02144, Appendix; CleverHans' `initialize`), else the nearest sample of another class.
 */
import type { Rng } from '../rng/rng.ts';
import { boundAt, type Range } from '../threat/ball.ts';
import type { AttackSample } from './attack.ts';
import type { LabelQueries } from './label-queries.ts';

/** Noise images tried, and how many samples. */
const DRAWS = 100;
const SAMPLES = 20;
/** Points per question while noise is tried; without a range, one of each size. */
const AT_ONCE = 10;
/** The share of the questions that may go on noise although some has fooled the model already: it may meet further classes. */
const LOOK_ROUND = 1 / 200;

export interface Start {
  readonly queries: LabelQueries;
  readonly rng: Rng;
  readonly range: Range | undefined;
  /** The other examples: an attacker with a target starts from one of that class. */
  readonly samples: readonly AttackSample[];
  readonly goal: number | undefined;
}

/** Points that fool the model, several where that costs nothing; none where nothing was found. */
export async function startingPoints(start: Start): Promise<Float32Array[]> {
  const [first, second] = start.goal === undefined ? [noise, nearest] : [nearest, noise];
  const found = await first(start);
  return found.length > 0 ? found : second(start);
}

async function noise({ queries, rng, range }: Start): Promise<Float32Array[]> {
  const hits: Hit[] = [];
  const enough = queries.left * LOOK_ROUND;
  for (let at = 0; at < DRAWS && queries.left > 0 && (hits.length === 0 || at < enough); at += AT_ONCE) {
    const points = Array.from({ length: AT_ONCE }, (_, i) =>
      range ? uniform(rng, queries.sample.x, range) : around(rng, queries.sample.x, at + i),
    );
    const found = await queries.classes(points);
    for (const [i, point] of points.entries()) {
      const label = found[i];
      if (label !== undefined && (await queries.holds(point))) hits.push({ point, label });
    }
  }
  return classesInTurn(hits).slice(0, AT_ONCE);
}

interface Hit {
  readonly point: Float32Array;
  readonly label: number;
}

/** The first point of each class, then the second of each, and so on. */
function classesInTurn(hits: readonly Hit[]): Float32Array[] {
  const seen = new Map<number, number>();
  const turns = hits.map(({ point, label }) => {
    const turn = seen.get(label) ?? 0;
    seen.set(label, turn + 1);
    return { point, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ point }) => point);
}

function uniform(rng: Rng, x: Float32Array, range: Range): Float32Array {
  const [low, high] = range;
  const point = new Float32Array(x.length);
  if (typeof low === 'number' && typeof high === 'number') rng.fillUniform(point, low, high);
  else {
    rng.fillUniform(point, 0, 1);
    for (const [i, u] of point.entries()) point[i] = boundAt(low, i) + u * (boundAt(high, i) - boundAt(low, i));
  }
  return onlyMoved(point, x, range);
}

/** The point with the original's elements wherever these may not change. */
function onlyMoved(point: Float32Array, x: Float32Array, range: Range | undefined): Float32Array {
  const movable = range?.[2];
  return movable ? point.map((v, i) => (movable[i] ? v : (x[i] as number))) : point;
}

/** Without a range: normal noise around x of ten sizes, from a hundredth of x's own to 2600 times it, and again. */
function around(rng: Rng, x: Float32Array, draw: number): Float32Array {
  const size = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length) || 1;
  const point = new Float32Array(x.length);
  rng.fillNormal(point, (size / 100) * 4 ** (draw % 10));
  return point.map((v, i) => v + (x[i] as number));
}

/** The nearest (L2) of the samples whose label makes them candidates, and that the model decides as wanted. */
async function nearest({ queries, range, samples, goal }: Start): Promise<Float32Array[]> {
  const { sample } = queries;
  const candidates = samples
    .filter(({ label, x }) => (goal === undefined ? label !== sample.label : label === goal) && x.length === sample.x.length)
    .map(({ x, index }) => ({ x: onlyMoved(x, sample.x, range), index }))
    .map(({ x, index }) => ({ x, index, distance: squared(x, sample.x) }))
    .sort((a, b) => a.distance - b.distance || a.index - b.index);
  for (const { x } of candidates.slice(0, SAMPLES)) if (await queries.fools(x)) return [x];
  return [];
}

const squared = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + (v - (b[i] as number)) ** 2, 0);
