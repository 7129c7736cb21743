/** What checks may need beside model and data, and what to tell users who have not given it. */
import type { CheckFacts } from './facts.ts';

interface NeedRule {
  /** Is it there? */
  readonly given: (facts: CheckFacts) => boolean;
  /** Why the check did not run, and how to give it what it needs. */
  readonly missing: string;
}

export const NEEDS = {
  gradients: {
    given: ({ prepared }) => prepared.unsupported.length === 0 && prepared.preprocessing.modality !== 'text',
    missing: 'The model gives no gradients to Gibbon.',
  },
  groups: {
    given: ({ prepared }) => (prepared.groups?.length ?? 0) > 0,
    missing: 'The data names no groups. Give --groups with columns of the table, or with a file of one group per example.',
  },
  members: {
    given: ({ options }) => options.members !== undefined,
    missing: 'No training examples were given. Give --members with (a sample of) the data that the model was trained on.',
  },
  surrogate: {
    given: ({ options }) => options.surrogate !== undefined,
    missing: 'No second model was given. Give --surrogate with another model for the same task.',
  },
} as const satisfies Record<string, NeedRule>;

export type Need = keyof typeof NEEDS;

/** Why this check cannot run, if it cannot. */
export function missingNeed(needs: readonly Need[], facts: CheckFacts): string | undefined {
  return needs.map((need) => NEEDS[need] as NeedRule).find(({ given }) => !given(facts))?.missing;
}
