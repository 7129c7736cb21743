/** What attacks that see labels only share: the questions of each example, its goal and its random numbers, and many examples under way at the same time. */
import type { Decision } from '../model/judge.ts';
import { rangeOf } from '../model/preprocessing.ts';
import type { Rng } from '../rng/rng.ts';
import { keyedRng } from '../rng/rng.ts';
import type { Range } from '../threat/ball.ts';
import type { AttackContext, AttackSample, Proposal, Transform } from './attack.ts';
import { type LabelQueries, labelQueries } from './label-queries.ts';
import { targetOf } from './targets.ts';
import { together } from './together.ts';
import { voteOf } from './vote.ts';

/** Examples under way at the same time. */
const WIDTH = 32;

/** One example of which only labels are seen. The example itself, the first question, does not fool the model. */
export interface Hunt {
  readonly queries: LabelQueries;
  readonly range: Range | undefined;
  /** The examples that the attacker may start from. */
  readonly samples: readonly AttackSample[];
  /** The class to reach; any but the label when undefined. */
  readonly goal: number | undefined;
  /** A distance at which the search may end. */
  readonly enough: number;
  /** Random numbers of this example, for one purpose and one step. */
  rng(purpose: string, step?: number): Rng;
}

/** A point that a transform of the whole input leads to. */
export interface Transformed {
  readonly point: Float32Array;
  readonly transform: Transform;
}

interface Params {
  readonly maxQueries: number;
  readonly untilEpsilon?: boolean;
  readonly target?: number | undefined;
}

/**
 * Runs a search on every example; one that the model gets wrong anyway is its own candidate.
 * @param search gives the nearest point found that fools the model; undefined where there is none, which costs this example alone
 */
export async function byLabels(
  context: AttackContext<Params>,
  id: string,
  samples: readonly AttackSample[],
  search: (hunt: Hunt) => Promise<Float32Array | Transformed | undefined>,
): Promise<Proposal[]> {
  const { target, params, epsilon, seed, signal, onStep } = context;
  const goals = await targetOf(params.target, target, samples);
  const range = rangeOf(target.preprocessing);
  const decide = async (rows: readonly Float32Array[]): Promise<Decision[]> => {
    const answers = await target.judge.answer(rows);
    onStep?.();
    return answers;
  };
  return together({ judge: { decide }, width: WIDTH, signal }, samples, async (sample, ask) => {
    const goal = goals?.get(sample.index);
    const vote = voteOf(target.judge, { label: sample.label, goal });
    const queries = labelQueries({ sample, ask, vote, budget: params.maxQueries, goal });
    const hunt: Hunt = {
      queries,
      range,
      samples: context.starts ?? samples,
      goal,
      enough: params.untilEpsilon ? epsilon : 0,
      rng: (purpose, step = 0) => keyedRng(seed, id, sample.index, purpose, step),
    };
    const found = (await queries.fools(sample.x)) ? sample.x : await search(hunt);
    const { point: candidate, ...transformed } = found === undefined || found instanceof Float32Array ? { point: found } : found;
    const proposal = {
      index: sample.index,
      candidate,
      ...transformed,
      queries: queries.used,
      gradients: 0,
      ...(goal === undefined ? {} : { goal }),
    };
    context.onProposal?.(proposal);
    context.onProgress?.(1);
    return proposal;
  });
}
