/** The view of an attacker who sees scores: the margin of each point asked about, and how many questions are left. */
import { marginOf, type Wanted } from '../model/margin.ts';
import type { Ask } from './together.ts';
import { confirmed, type Vote } from './vote.ts';

export interface ScoreQueries {
  /** Questions asked so far. */
  readonly used: number;
  /** Questions left of the budget. */
  readonly left: number;
  /** The margin of each point, positive where it fools the model. Asks no more than what is left: the answers may be fewer than the points. */
  margins(points: readonly Float32Array[]): Promise<number[]>;
  /** Does a point of a positive margin fool the model in a vote, too? Nothing is asked of a model without random layers; undefined where too few questions are left. */
  holds(point: Float32Array): Promise<boolean | undefined>;
}

interface Asked {
  readonly ask: Ask<Float32Array>;
  readonly wanted: Wanted;
  readonly budget: number;
  readonly vote: Vote;
}

export function scoreQueries({ ask, wanted, budget, vote }: Asked): ScoreQueries {
  let used = 0;
  return {
    get used() {
      return used;
    },
    get left() {
      return budget - used;
    },
    margins: async (points) => {
      const asked = points.slice(0, budget - used);
      used += asked.length;
      return asked.length === 0 ? [] : (await ask(asked)).map((scores) => marginOf(scores, wanted));
    },
    holds: (point) => {
      const spend = (questions: number): void => {
        used += questions;
      };
      return confirmed(vote, { left: budget - used, spend }, point);
    },
  };
}
