/** What can be said of a check before any work: whether the threat model, the data and what was given let it run. */
import { STRONGEST } from '../../threat/threat-model.ts';
import { leftOutBy } from '../attackers.ts';
import type { Check } from './check.ts';
import type { CheckFacts } from './facts.ts';
import { missingNeed } from './needs.ts';

/** Why a check cannot run on this subject, if it cannot: known before any work. */
export function inapplicable(check: Check, facts: CheckFacts): string | undefined {
  const unwanted = leftOutBy(facts.options.threat ?? STRONGEST, check.attackers);
  if (unwanted !== undefined) return unwanted;
  const { modality } = facts.prepared.preprocessing;
  if (check.modalities && !check.modalities.includes(modality))
    return `It suits ${check.modalities.join(', ')} data; this model takes ${modality}.`;
  return missingNeed(check.needs, facts) ?? check.applies?.(facts);
}
