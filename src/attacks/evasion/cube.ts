/**
 * The Cube attack (Andriushchenko & Hein, arXiv:1906.03526; share of its authors' code): random search over corners of the ball by scores alone.
 * Here it keeps to the data's rules, begins with a sweep over single elements, and also tries points that are no corners.
 */
import * as z from 'zod';
import { keyedRng, type Rng } from '../../rng/rng.ts';
import { type AttackContext, type AttackSample, defineAttack, type Proposal } from '../attack.ts';
import { type ScoreQueries, scoreQueries } from '../score-queries.ts';
import { type Ask, together } from '../together.ts';
import { voteOf } from '../vote.ts';
import { type CubeMoves, cubeMoves, drawnElements, replaced, stepFrom } from './cube-moves.ts';
import { simplified } from './cube-simplify.ts';

/** Examples under attack at the same time, and rows that each asks about at once. */
const WIDTH = 32;
const AT_ONCE = 16;
/** A sweep may take this share of the questions; longer rows are searched at random only. */
const SWEEP_SHARE = 0.5;

const params = z.object({
  share: z.number().positive().max(1).default(0.5).describe('largest share of the elements that a random step changes'),
  maxQueries: z.int().min(1).default(5000).describe('questions per example'),
  simplify: z.boolean().default(true).describe('undo what a success does not need'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Context = AttackContext<z.infer<typeof params>>;

export const cube = defineAttack({
  id: 'cube',
  name: 'Cube attack',
  paper: 'arXiv:1906.03526',
  summary: 'Random search by scores alone over the corners of the ball, within the rules of the data: made for trees and tables.',
  knowledge: 'scores',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  params,
  run: async (context, samples) => {
    const { target, signal, onProposal, onProgress, onStep } = context;
    const moves = await cubeMoves(target, context.norm, context.epsilon);
    const decide = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
      const scores = await target.judge.classScores(rows);
      onStep?.();
      return scores;
    };
    return together<AttackSample, Proposal, Float32Array>({ judge: { decide }, width: WIDTH, signal }, samples, async (sample, ask) => {
      const proposal = await attacked(context, moves, sample, ask);
      onProposal?.(proposal);
      onProgress?.(1);
      return proposal;
    });
  },
});

/** The search on one example: the best row so far, and its margin. */
interface Search {
  readonly context: Context;
  readonly moves: CubeMoves;
  readonly x: Float32Array;
  readonly queries: ScoreQueries;
  readonly rng: Rng;
  best: Float32Array;
  margin: number;
}

async function attacked(context: Context, moves: CubeMoves, { index, x, label }: AttackSample, ask: Ask<Float32Array>): Promise<Proposal> {
  const { params: given, seed } = context;
  const goal = given.target;
  const wanted = { label, goal };
  const queries = scoreQueries({ ask, wanted, budget: given.maxQueries, vote: voteOf(context.target.judge, wanted) });
  const [once = Number.NEGATIVE_INFINITY] = await queries.margins([x]);
  // A lucky answer of a model with random layers puts the example on the border, and not beyond it.
  const margin = once > 0 && (await queries.holds(x)) === false ? 0 : once;
  const search: Search = { context, moves, x, queries, rng: keyedRng(seed, 'cube', index), best: x, margin };
  if (moves.moved.length > 0 && margin <= 0) {
    await sweep(search);
    await wander(search);
  }
  const isFooled = search.margin > 0 && search.best !== x;
  const firstSuccess = queries.used;
  const candidate = isFooled && given.simplify ? await simplified(search.best, { x, moves, queries }) : search.best;
  return {
    index,
    candidate,
    queries: queries.used,
    gradients: 0,
    ...(isFooled && { firstSuccess }),
    ...(goal === undefined ? {} : { goal }),
  };
}

/** Asks about allowed rows, and keeps the best: also one that is no worse, since the scores of trees are flat. Returns each row's margin. */
async function tried(search: Search, candidates: readonly Float32Array[]): Promise<(number | undefined)[]> {
  const rows = await search.moves.allowed(search.x, candidates);
  const fresh = rows.map((row) => !isSame(row, search.x));
  const margins = await search.queries.margins(rows.filter((_, i) => fresh[i]));
  let at = 0;
  const answers = rows.map((_, i) => (fresh[i] ? margins[at++] : undefined));
  for (const [i, margin] of answers.entries()) {
    const row = rows[i] as Float32Array;
    if (margin === undefined || margin < search.margin || (margin > 0 && (await search.queries.holds(row)) === false)) continue;
    [search.best, search.margin] = [row, margin];
  }
  return answers;
}

const isSame = (a: Float32Array, b: Float32Array): boolean => a.every((v, i) => v === b[i]);

/** Every element alone to both ends of the ball, and then all of them to their better ends: exact where effects add up. */
async function sweep(search: Search): Promise<void> {
  const { moves, x, queries, context } = search;
  const { epsilon } = context;
  if (2 * moves.moved.length > SWEEP_SHARE * queries.left) return;
  const clean = search.margin;
  const ends = moves.moved.flatMap((i) => [-1, 1].map((sign) => ({ i, sign })));
  const gains = new Map<number, { readonly sign: number; readonly gain: number }>();
  for (let at = 0; at < ends.length && search.margin <= 0; at += AT_ONCE) {
    const part = ends.slice(at, at + AT_ONCE);
    const margins = await tried(
      search,
      part.map(({ i, sign }) => replaced(x, [[i, (x[i] as number) + sign * epsilon]])),
    );
    for (const [k, { i, sign }] of part.entries()) {
      const gain = (margins[k] ?? clean) - clean;
      if (gain > (gains.get(i)?.gain ?? 0)) gains.set(i, { sign, gain });
    }
  }
  if (search.margin <= 0 && gains.size > 1) await tried(search, combined(search, gains));
}

/** All elements that gained something at once; in L2 each by its share of the gains. */
function combined({ x, context }: Search, gains: ReadonlyMap<number, { readonly sign: number; readonly gain: number }>): Float32Array[] {
  const { epsilon, norm } = context;
  const total = Math.sqrt([...gains.values()].reduce((sum, { gain }) => sum + gain * gain, 0));
  const length = (gain: number): number => (norm === 'l2' && Number.isFinite(total) ? gain / total : 1);
  return [
    replaced(
      x,
      [...gains].map(([i, { sign, gain }]) => [i, (x[i] as number) + sign * epsilon * length(gain)] as const),
    ),
  ];
}

/** Random steps from the best row: each changes a share of the elements that is drawn anew between one element and `share`. */
async function wander(search: Search): Promise<void> {
  const { context, moves, rng, queries, x } = search;
  const { params: given, epsilon, norm } = context;
  const scales = 1 + Math.max(0, Math.floor(Math.log2(given.share * moves.moved.length)));
  let idle = 0;
  while (search.margin <= 0 && queries.left > 0 && idle < HOPELESS) {
    const before = queries.used;
    const { best } = search;
    const steps = Array.from({ length: AT_ONCE }, () =>
      stepFrom(rng, { x, best, epsilon, norm }, drawnElements(rng, moves.moved, given.share / 2 ** rng.int(scales))),
    );
    await tried(search, steps);
    // No question asked: the rules leave nothing to change.
    idle = queries.used === before ? idle + 1 : 0;
  }
}

/** Rounds without any new row, after which there is none. */
const HOPELESS = 20;
