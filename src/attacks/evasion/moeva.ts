/** MOEVA (Simonetto et al., arXiv:2112.01156): a genetic search by scores alone that weighs misclassification against distance, with TabularBench's population and generations. */
import * as z from 'zod';
import { rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import { keyedRng, type Rng } from '../../rng/rng.ts';
import { boundAt, type Norm } from '../../threat/ball.ts';
import { type AttackContext, type AttackSample, defineAttack, type Proposal } from '../attack.ts';
import { type ScoreQueries, scoreQueries } from '../score-queries.ts';
import { together } from '../together.ts';
import { voteOf } from '../vote.ts';
import { type CubeMoves, cubeMoves, replaced } from './cube-moves.ts';
import { type Bounds, offspringOf } from './moeva-offspring.ts';
import { type Objectives, survivorsOf } from './moeva-survival.ts';

/** Examples under attack at the same time. */
const WIDTH = 32;

const params = z.object({
  population: z.int().min(4).default(203).describe('candidates that go on from one generation to the next'),
  generations: z.int().min(1).default(100).describe('most generations; an example ends with the first that fools the model'),
  offspring: z.int().min(1).default(100).describe('new candidates of each generation, one question each'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Context = AttackContext<z.infer<typeof params>>;

export const moeva = defineAttack({
  id: 'moeva',
  name: 'MOEVA',
  paper: 'arXiv:2112.01156',
  summary: 'Genetic search by scores alone for rows near to the original that fool the model, within the rules of the data.',
  knowledge: 'scores',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  modalities: ['table', 'tensor'],
  params,
  most: ({ generations, offspring }) => ({ queries: 1 + generations * offspring, gradients: 0 }),
  run: async (context, samples) => {
    const { target, signal, onProposal, onProgress, onStep } = context;
    const moves = await cubeMoves(target, context.norm, context.epsilon);
    const decide = async (rows: readonly Float32Array[]): Promise<Float32Array[]> => {
      const scores = await target.judge.classScores(rows);
      onStep?.();
      return scores;
    };
    return together<AttackSample, Proposal, Float32Array>({ judge: { decide }, width: WIDTH, signal }, samples, async (sample, ask) => {
      const { index, label, x } = sample;
      const { generations, offspring, target: goal } = context.params;
      const wanted = { label, goal };
      const queries = scoreQueries({ ask, wanted, budget: 1 + generations * offspring, vote: voteOf(target.judge, wanted) });
      const candidate = await evolved(context, { moves, x, queries, rng: keyedRng(context.seed, 'moeva', index) });
      const proposal = { index, candidate, queries: queries.used, gradients: 0, ...(goal === undefined ? {} : { goal }) };
      onProposal?.(proposal);
      onProgress?.(1);
      return proposal;
    });
  },
});

interface Search {
  readonly moves: CubeMoves;
  readonly x: Float32Array;
  readonly queries: ScoreQueries;
  readonly rng: Rng;
}

interface Member {
  readonly genes: Float64Array;
  readonly row: Float32Array;
  readonly margin: number;
  readonly objectives: Objectives;
}

/** The first row that fools the model, else the one that came nearest to it. */
async function evolved(context: Context, search: Search): Promise<Float32Array> {
  const { moves, x, queries, rng } = search;
  const { population, offspring } = context.params;
  const bounds = boundsOf(context.target, x, { moved: moves.moved, epsilon: context.epsilon });
  const [clean = Number.NEGATIVE_INFINITY] = await queries.margins([x]);
  // Everybody begins as the row itself.
  let members: Member[] = Array<Member>(population).fill(memberOf(context, search, { row: x, margin: clean }));
  let best = members[0] as Member;
  while (moves.moved.length > 0 && best.margin <= 0 && queries.left > 0) {
    const genes = members.map((one) => one.genes);
    const made = await asked(context, search, offspringOf(rng, genes, Math.min(offspring, queries.left), bounds));
    best = await fittest(best, made, queries);
    const all = [...members, ...made];
    const places = survivorsOf(
      rng,
      all.map(({ objectives }) => objectives),
      population,
    );
    members = places.map((i) => all[i] as Member);
  }
  return best.row;
}

/** Candidates as the rules allow them, with the model's answers. */
async function asked(context: Context, search: Search, candidates: readonly Float64Array[]): Promise<Member[]> {
  const { moves, x, queries } = search;
  const changed = (genes: Float64Array): Float32Array =>
    replaced(
      x,
      moves.moved.map((i, k) => [i, genes[k] as number] as const),
    );
  const rows = await moves.allowed(x, candidates.map(changed));
  const margins = await queries.margins(rows);
  return margins.map((margin, i) => memberOf(context, search, { row: rows[i] as Float32Array, margin }));
}

/** What the rules made of a candidate is what it goes on as. */
function memberOf({ norm, epsilon }: Context, { moves, x }: Search, { row, margin }: Pick<Member, 'row' | 'margin'>): Member {
  return {
    genes: Float64Array.from(moves.moved, (at) => row[at] as number),
    row,
    margin,
    objectives: [1 / (1 + Math.exp(margin)), distanceOf(norm, row, x) / epsilon],
  };
}

async function fittest(best: Member, made: readonly Member[], queries: ScoreQueries): Promise<Member> {
  let found = best;
  for (const one of made) {
    if (one.margin <= found.margin || (one.margin > 0 && (await queries.holds(one.row)) === false)) continue;
    found = one;
  }
  return found;
}

/** The range of the values: what leaves the ball is brought back to its edge. Without a range, the box around the ball. */
function boundsOf({ preprocessing }: Target, x: Float32Array, { moved, epsilon }: { moved: readonly number[]; epsilon: number }): Bounds {
  const range = rangeOf(preprocessing);
  const end = (side: 0 | 1, i: number): number => (range ? boundAt(range[side], i) : (x[i] as number) + (side === 0 ? -epsilon : epsilon));
  return { low: Float64Array.from(moved, (i) => end(0, i)), high: Float64Array.from(moved, (i) => end(1, i)) };
}

function distanceOf(norm: Norm, row: Float32Array, x: Float32Array): number {
  const moves = Array.from(row, (v, i) => Math.abs(v - (x[i] as number)));
  if (norm === 'linf') return moves.reduce((most, v) => Math.max(most, v), 0);
  return norm === 'l1' ? moves.reduce((sum, v) => sum + v, 0) : Math.hypot(...moves);
}
