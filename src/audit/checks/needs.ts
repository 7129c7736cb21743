/** What checks may need beside model and data, and what to tell users who have not given it. */
import type { CheckFacts } from './facts.ts';

interface NeedRule {
  /** Is it there? */
  readonly given: (facts: CheckFacts) => boolean;
  /** What it is, for the pages of checks. */
  readonly means: string;
  /** Why the check did not run, and how to give it what it needs. */
  readonly missing: string;
}

export const NEEDS = {
  file: {
    given: ({ prepared }) => prepared.endpoint === undefined,
    means: "the model's file",
    missing: 'The model is behind an endpoint: there is no file to look into or to run.',
  },
  gradients: {
    given: ({ prepared }) => prepared.unsupported.length === 0 && prepared.preprocessing.modality !== 'text',
    means: 'gradients through the model',
    missing: 'The model gives no gradients to Gibbon.',
  },
  groups: {
    given: ({ prepared }) => (prepared.groups?.length ?? 0) > 0,
    means: 'groups of examples (`--groups`)',
    missing: 'The data names no groups. Give --groups with columns of the table, or with a file of one group per example.',
  },
  members: {
    given: ({ options }) => options.members !== undefined,
    means: 'examples that the model was trained on (`--members`)',
    missing: 'No training examples were given. Give --members with (a sample of) the data that the model was trained on.',
  },
  surrogate: {
    given: ({ options }) => options.surrogate !== undefined,
    means: 'a second model (`--surrogate`)',
    missing:
      'No second model was given. Give --surrogate with another model for the same task, or with the one that it was fine-tuned from.',
  },
} as const satisfies Record<string, NeedRule>;

export type Need = keyof typeof NEEDS;

/** Why this check cannot run, if it cannot. */
export function missingNeed(needs: readonly Need[], facts: CheckFacts): string | undefined {
  return needs.map((need) => NEEDS[need] as NeedRule).find(({ given }) => !given(facts))?.missing;
}
