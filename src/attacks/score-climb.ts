/** What attacks that climb estimated slopes share: a margin asked for on both sides of a point, along random directions, tells which way it rises. */
import { keyedRng, type Rng } from '../rng/rng.ts';
import type { AttackContext, AttackSample, Proposal } from './attack.ts';
import { type ScoreQueries, scoreQueries } from './score-queries.ts';
import { type SlopeMoves, slopeMoves } from './slope-moves.ts';
import { targetOf } from './targets.ts';
import { together } from './together.ts';
import { voteOf } from './vote.ts';

/** Moves one example on. */
export interface Climber {
  readonly start: Float32Array;
  /** The next point, from the slope [size] at x; it is known up to a positive factor that is the same for all steps. */
  next(x: Float32Array, slope: Float32Array, step: number): Promise<Float32Array>;
}

export interface Climb {
  readonly id: string;
  readonly steps: number;
  /** Directions for each estimate; each is asked about on both sides. */
  readonly pairs: number;
  /** How far to the sides, in lengths of a direction. */
  readonly delta: number;
  /** Fills rows with random directions. */
  draw(rng: Rng, rows: Float32Array): void;
  begin(sample: AttackSample): Climber;
}

/** Questions that an example costs at most: each point itself, and the sides of all but the last. Votes take theirs from the last steps. */
export const mostQuestions = (steps: number, pairs: number): number => steps * (2 * pairs + 1) + 1;

/** Examples under way at the same time, and floats that their questions may take. */
const WIDTH = 32;
const FLOATS = 2 ** 23;
/** A margin beyond all those between float32 probabilities, in place of an infinite one. */
const SURE = 128;

/** Climbs with every example, to the first point that fools the model; one that never does leaves its best point. */
export async function climbScores(
  context: AttackContext<{ readonly target?: number | 'least-likely' | undefined }>,
  climb: Climb,
  samples: readonly AttackSample[],
): Promise<Proposal[]> {
  if (samples.length === 0) return [];
  const { target, params, signal, onStep, onProposal, onProgress } = context;
  const moves = await slopeMoves(target, climb.pairs);
  const goals = await targetOf(params.target, target, samples);
  const decide = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
    const scores = await target.judge.classScores(rows);
    onStep?.();
    return scores;
  };
  const width = Math.max(1, Math.min(WIDTH, Math.floor(FLOATS / (2 * moves.chunk * target.size))));
  return together<AttackSample, Proposal, Float32Array>({ judge: { decide }, width, signal }, samples, async (sample, ask) => {
    const { index, label } = sample;
    const goal = goals?.get(index);
    const wanted = { label, goal };
    const budget = mostQuestions(climb.steps, climb.pairs);
    const queries = scoreQueries({ ask, wanted, budget, vote: voteOf(target.judge, wanted) });
    const rng = keyedRng(context.seed, climb.id, index, 'directions');
    const candidate = await climbed({ climb, moves, queries, rng }, climb.begin(sample));
    const proposal = { index, candidate, queries: queries.used, gradients: 0, ...(goal === undefined ? {} : { goal }) };
    onProposal?.(proposal);
    onProgress?.(1);
    return proposal;
  });
}

interface Setting {
  readonly climb: Climb;
  readonly moves: SlopeMoves;
  readonly queries: ScoreQueries;
  readonly rng: Rng;
}

async function climbed(setting: Setting, climber: Climber): Promise<Float32Array> {
  const { climb, queries } = setting;
  let [x, best, highest] = [climber.start, climber.start, Number.NEGATIVE_INFINITY];
  for (let step = 1; ; step++) {
    const [margin] = (await queries.margins([x])) as [number];
    // One lucky answer of a model with random layers is no success: the climb would end at it.
    const isLuck = margin > 0 && (await queries.holds(x)) === false;
    if (margin > highest && !isLuck) [best, highest] = [x, margin];
    if (highest > 0 || step > climb.steps || queries.left <= 2 * climb.pairs) return best;
    x = await climber.next(x, await slopeAt(setting, x), step);
  }
}

/** The mean over random directions v of (m(x + δv) − m(x − δv))·v, m being the margin. */
async function slopeAt({ climb, moves, queries, rng }: Setting, x: Float32Array): Promise<Float32Array> {
  const { chunk } = moves;
  let slope: Float32Array = new Float32Array(x.length);
  for (let at = 0; at < climb.pairs; at += chunk) {
    const count = Math.min(chunk, climb.pairs - at);
    const drawn = new Float32Array(chunk * x.length);
    climb.draw(rng, drawn.subarray(0, count * x.length));
    const { points, directions } = await moves.probe(x, drawn, climb.delta);
    const row = (i: number): Float32Array => points.subarray(i * x.length, (i + 1) * x.length);
    const asked = Array.from({ length: count }, (_, i) => [row(i), row(chunk + i)]).flat();
    const margins = (await queries.margins(asked)).map(bounded);
    const differences = new Float32Array(chunk);
    for (let i = 0; i < count; i++) differences[i] = ((margins[2 * i] as number) - (margins[2 * i + 1] as number)) / climb.pairs;
    slope = await moves.gather(slope, directions, differences);
  }
  return slope;
}

const bounded = (margin: number): number => (Number.isFinite(margin) ? margin : Math.sign(margin) * SURE);
