/** Square (Andriushchenko et al., arXiv:1912.00049): random search with square windows, by scores alone; defaults of AutoAttack's SquareAttack. */
import * as z from 'zod';
import { throwIfAborted } from '../../base/abort.ts';
import { GibbonError } from '../../base/errors.ts';
import { marginOf } from '../../model/margin.ts';
import type { Target } from '../../model/target.ts';
import { keyedRng } from '../../rng/rng.ts';
import { type AttackContext, type AttackSample, defineAttack, type Proposal } from '../attack.ts';
import { confirmed, voteOf } from '../vote.ts';
import { squareLinf } from './square-linf.ts';
import { squarePatterned } from './square-patterned.ts';
import type { SquareSearch, Walker } from './square-search.ts';

/** Examples under attack at the same time: as many as fit into some 4 MB, which is what a run of the model takes at once. */
const WIDTH = 50;
const FLOATS = 2 ** 20;

const params = z.object({
  maxQueries: z.int().min(1).default(5000).describe('questions per example'),
  share: z.number().positive().max(1).default(0.8).describe('share of the picture that the first windows cover'),
  rescale: z.boolean().default(true).describe('fit the schedule of window sizes, made for 10 000 questions, to the budget'),
  target: z.int().min(0).optional().describe('class to reach; any other class when absent'),
});

type Context = AttackContext<z.infer<typeof params>>;

export const square = defineAttack({
  id: 'square',
  name: 'Square',
  paper: 'arXiv:1912.00049',
  summary: 'Random search over square windows of a picture by scores alone; as strong as gradients where these mislead.',
  knowledge: 'scores',
  norms: ['linf', 'l2', 'l1'],
  aim: 'budget',
  modalities: ['image'],
  params,
  run: async (context, samples) => {
    const { target } = context;
    if (target.preprocessing.modality !== 'image') {
      throw new GibbonError('E_NOT_APPLICABLE', 'Square changes squares of a picture; this data has none', {
        hint: 'The Cube attack asks for scores as well, and suits any numbers: gibbon attack cube.',
      });
    }
    if (samples.length === 0) return [];
    const width = Math.max(1, Math.min(WIDTH, Math.floor(FLOATS / target.size)));
    const { norm, epsilon } = context;
    const moves = norm === 'linf' ? await squareLinf(target, epsilon, width) : await squarePatterned(target, { norm, epsilon }, width);
    return search(context, { width, moves }, samples);
  },
});

interface Setting {
  readonly width: number;
  readonly moves: SquareSearch;
}

/** All examples, `width` at a time; a place that becomes free goes to the next one. What an example draws and meets depends on nothing but itself. */
async function search(context: Context, setting: Setting, samples: readonly AttackSample[]): Promise<Proposal[]> {
  const { seed, signal, params: given } = context;
  const { share: initial, maxQueries: budget, rescale: rescaled } = given;
  const queue = [...samples].reverse();
  const proposals = new Map<number, Proposal>();
  let walkers: Walker[] = [];
  while (queue.length > 0 || walkers.length > 0) {
    throwIfAborted(signal);
    const fresh = queue.splice(Math.max(0, queue.length - (setting.width - walkers.length))).reverse();
    const started = fresh.map(
      (sample): Walker => ({
        sample,
        rng: keyedRng(seed, 'square', sample.index),
        best: sample.x,
        margin: Number.NEGATIVE_INFINITY,
        queries: 0,
      }),
    );
    if (started.length > 0) await ask(context, started, await setting.moves.start(started));
    if (walkers.length > 0) await ask(context, walkers, await setting.moves.next(walkers, { initial, budget, rescaled }));
    walkers = [...walkers, ...started];
    const ended = walkers.filter(({ margin, queries }) => margin > 0 || queries >= given.maxQueries);
    for (const walker of ended) finish(context, walker, proposals);
    walkers = walkers.filter((walker) => !ended.includes(walker));
  }
  return samples.map(({ index }) => proposals.get(index) as Proposal);
}

function finish(
  { onProposal, onProgress, params: { target: goal } }: Context,
  { sample, best, queries }: Walker,
  into: Map<number, Proposal>,
): void {
  const proposal = { index: sample.index, candidate: best, queries, gradients: 0, ...(goal === undefined ? {} : { goal }) };
  into.set(sample.index, proposal);
  onProposal?.(proposal);
  onProgress?.(1);
}

/** Puts a new point of each example to the model, and keeps it where it is better. */
async function ask({ target, params: given, onStep }: Context, walkers: readonly Walker[], points: readonly Float32Array[]): Promise<void> {
  const scores = await target.judge.classScores(points);
  onStep?.();
  for (const [i, walker] of walkers.entries()) {
    walker.queries++;
    const margin = marginOf(scores[i] as Float32Array, { label: walker.sample.label, goal: given.target });
    if (margin <= walker.margin) continue;
    // One lucky answer of a model with random layers is no success: the search would end at it.
    if (margin > 0 && (await holds(target, walker, points[i] as Float32Array, given)) === false) continue;
    [walker.best, walker.margin] = [points[i] as Float32Array, margin];
  }
}

/** The vote on a point; undefined where too few questions are left for one. */
function holds(
  { judge }: Target,
  walker: Walker,
  point: Float32Array,
  { maxQueries, target: goal }: Context['params'],
): Promise<boolean | undefined> {
  const spend = (questions: number): void => {
    walker.queries += questions;
  };
  return confirmed(voteOf(judge, { label: walker.sample.label, goal }), { left: maxQueries - walker.queries, spend }, point);
}
