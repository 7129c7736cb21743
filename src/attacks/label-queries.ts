/** The view of a label-only attacker on one example: may this point pass, how many questions are left, and the nearest point that fooled the model. */
import type { Decision } from '../model/judge.ts';
import type { AttackSample } from './attack.ts';
import type { Ask } from './together.ts';
import { confirmed, type Vote } from './vote.ts';

export interface LabelQueries {
  readonly sample: AttackSample;
  /** Questions asked so far. */
  readonly used: number;
  /** Questions left of the budget. */
  readonly left: number;
  /** For each point: does it fool the model, in one answer? Asks no more than what is left: the answers may be fewer than the points. */
  fooled(points: readonly Float32Array[]): Promise<boolean[]>;
  /** For each point: the class that the model takes it for where that is a success, else undefined. Asks no more than what is left, as `fooled`. */
  classes(points: readonly Float32Array[]): Promise<(number | undefined)[]>;
  /** Does a point that fooled the model once do so in a vote, too? Nothing is asked of a model without random layers; no where too few questions are left. */
  holds(point: Float32Array): Promise<boolean>;
  /** Does the point fool the model, in one answer and in a vote? */
  fools(point: Float32Array): Promise<boolean>;
}

interface Asked {
  readonly sample: AttackSample;
  readonly ask: Ask;
  readonly vote: Vote;
  readonly budget: number;
  /** The class to reach; undefined for any class but the label. */
  readonly goal: number | undefined;
}

export function labelQueries({ sample, ask, vote, budget, goal }: Asked): LabelQueries {
  let used = 0;
  // A model that answers NaN has decided nothing: taking that for success would end at a point without meaning.
  const success = ({ label, confidence }: Decision): boolean =>
    !Number.isNaN(confidence) && (goal === undefined ? label !== sample.label : label === goal);
  const answered = async (points: readonly Float32Array[]): Promise<readonly Decision[]> => {
    const asked = points.slice(0, budget - used);
    used += asked.length;
    return asked.length === 0 ? [] : ask(asked);
  };
  const queries: LabelQueries = {
    sample,
    get used() {
      return used;
    },
    get left() {
      return budget - used;
    },
    fooled: async (points) => (await answered(points)).map(success),
    classes: async (points) => (await answered(points)).map((decision) => (success(decision) ? decision.label : undefined)),
    holds: async (point) => {
      const spend = (questions: number): void => {
        used += questions;
      };
      return (await confirmed(vote, { left: budget - used, spend }, point)) === true;
    },
    fools: async (point) => (await queries.fooled([point]))[0] === true && queries.holds(point),
  };
  return queries;
}

/** Asks about points together; the place of the first that fools the model, and holds in a vote where it answers at random; −1 where none does. */
export async function firstHolding(queries: LabelQueries, points: readonly Float32Array[]): Promise<number> {
  for (const [i, hit] of (await queries.fooled(points)).entries()) if (hit && (await queries.holds(points[i] as Float32Array))) return i;
  return -1;
}
