/** Whose work a check looks at, and why a threat model leaves it out: in words, for the plan and the result. */
import type { Access, Aim, Knowledge, ThreatModel, Transform } from '../threat/threat-model.ts';
import { sees } from '../threat/threat-model.ts';

/** The attackers that a check is about; whatever is absent does not matter. */
export interface Attackers {
  /** It matters to whoever is after one of these. */
  readonly goals?: readonly Aim[];
  /** It takes a hand in one of these places. */
  readonly access?: readonly Access[];
  /** It takes at least this view of the model. */
  readonly knowledge?: Knowledge;
  /** It takes one of these changes of the input. */
  readonly transforms?: readonly Transform[];
}

export const AIM_WORDS: Readonly<Record<Aim, string>> = {
  integrity: 'wrong decisions',
  confidentiality: 'secrets of the model or its training data',
  availability: 'a model that fails or refuses',
  fairness: 'harm to groups',
};

export const ACCESS_WORDS: Readonly<Record<Access, string>> = {
  scene: 'the scene',
  sensor: 'the sensor',
  input: "the model's input",
  api: 'the API',
  'training-data': 'the training data',
  'model-file': 'the model file',
};

export const KNOWLEDGE_WORDS: Readonly<Record<Knowledge, string>> = {
  gradients: 'gradients',
  scores: 'scores',
  labels: 'decisions',
  nothing: 'nothing',
};

/** "a", "a or b", "a, b or c". */
export function either(words: readonly string[], last: 'or' | 'and' = 'or'): string {
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** Why this threat model leaves a check out, as a sentence; undefined where it does not. */
export function leftOutBy({ goal, knowledge, access, capability }: ThreatModel, attackers: Attackers | undefined): string | undefined {
  const reason = attackers && mismatch(attackers);
  return reason === undefined ? undefined : `The threat model leaves it out: ${reason}.`;

  function mismatch(wanted: Attackers): string | undefined {
    if (wanted.goals && !wanted.goals.some((aim) => goal.aims.includes(aim)))
      return `${either(wanted.goals.map((aim) => AIM_WORDS[aim]))} (${wanted.goals.join(', ')}) is no goal in it`;
    if (wanted.access && !wanted.access.some((place) => access.includes(place)))
      return `its attacker reaches ${either(
        access.map((place) => ACCESS_WORDS[place]),
        'and',
      )}, not ${either(wanted.access.map((place) => ACCESS_WORDS[place]))}`;
    if (wanted.knowledge && !sees(knowledge.model, wanted.knowledge))
      return `its attacker sees ${KNOWLEDGE_WORDS[knowledge.model]}, and this takes ${KNOWLEDGE_WORDS[wanted.knowledge]}`;
    if (wanted.transforms && capability.transforms && !wanted.transforms.some((one) => capability.transforms?.includes(one)))
      return `${either(wanted.transforms)} is not among the changes of the input that it allows`;
    return undefined;
  }
}
