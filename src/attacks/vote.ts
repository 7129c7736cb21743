/** A vote on a point of a model with random layers, as whoever attacks it can hold one: a search ends at no lucky answer. */
import type { Judge } from '../model/judge.ts';
import type { Wanted } from '../model/margin.ts';
import { decided } from './iterate.ts';

export interface Vote {
  /** Questions that one takes; 0 for a model that answers the same each time, where there is nothing to vote on. */
  readonly price: number;
  /** Is the most frequent answer the wanted one? */
  ask(point: Float32Array): Promise<boolean>;
}

export function voteOf(judge: Pick<Judge, 'votes' | 'decide'>, { label, goal }: Wanted): Vote {
  if (judge.votes === 1) return { price: 0, ask: async () => true };
  return {
    price: judge.votes,
    ask: async (point) => {
      const [decision] = await judge.decide([point]);
      if (decision === undefined || !decided(decision)) return false;
      return goal === undefined ? decision.label !== label : decision.label === goal;
    },
  };
}

/** Questions that are counted. */
interface Purse {
  readonly left: number;
  spend(questions: number): void;
}

/** A vote on a point that was answered as wanted once; undefined where too few questions are left for it. */
export async function confirmed(vote: Vote, purse: Purse, point: Float32Array): Promise<boolean | undefined> {
  if (vote.price > purse.left) return undefined;
  purse.spend(vote.price);
  return vote.ask(point);
}
