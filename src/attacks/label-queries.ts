/** The view of a label-only attacker on one example: may this point pass, how many questions are left, and the nearest point that fooled the model. */
import type { Decision } from '../model/judge.ts';
import type { AttackSample } from './attack.ts';
import type { Ask } from './together.ts';

export interface LabelQueries {
  readonly sample: AttackSample;
  /** Questions asked so far. */
  readonly used: number;
  /** Questions left of the budget. */
  readonly left: number;
  /** For each point: does it fool the model? Asks no more than what is left: the answers may be fewer than the points. */
  fooled(points: readonly Float32Array[]): Promise<boolean[]>;
}

/** @param goal the class to reach; undefined for any class but the label */
export function labelQueries({
  sample,
  ask,
  budget,
  goal,
}: {
  sample: AttackSample;
  ask: Ask;
  budget: number;
  goal: number | undefined;
}): LabelQueries {
  let used = 0;
  // A model that answers NaN has decided nothing: taking that for success would end at a point without meaning.
  const success = ({ label, confidence }: Decision): boolean =>
    !Number.isNaN(confidence) && (goal === undefined ? label !== sample.label : label === goal);
  return {
    sample,
    get used() {
      return used;
    },
    get left() {
      return budget - used;
    },
    fooled: async (points) => {
      const asked = points.slice(0, budget - used);
      used += asked.length;
      return asked.length === 0 ? [] : (await ask(asked)).map(success);
    },
  };
}
