/** Asks workers to go on where an attack has turned a decision, until the model is sure of it: the attacker who knows that somebody looks at confidence. */
import { keyedRng } from '../rng/rng.ts';
import { STRONGEST, sees } from '../threat/threat-model.ts';
import { type AdversarialConfidence, adversarialConfidence } from './adversarial-confidence.ts';
import type { CheckContext } from './checks/check.ts';
import type { ModelResult } from './result.ts';
import { type DeterminedItem, determinedTask } from './tasks/determined.ts';

/** Examples, and steps for each. */
const MOST = { quick: 50, standard: 100, thorough: 500 } as const;
const STEPS = 40;

/** Why it cannot be tried, if it cannot. */
function obstacle({ options, prepared }: CheckContext): string | undefined {
  const { modality } = prepared.preprocessing;
  if (!sees((options.threat ?? STRONGEST).knowledge.model, 'gradients')) return 'its attacker sees no gradients';
  if (prepared.unsupported.length > 0) return 'the model gives no gradients';
  if (modality === 'text' || modality === 'table') return `it is not tried on ${modality} data`;
  return options.norm === 'linf' ? undefined : 'it is tried in the Linf norm only';
}

export async function determinedAttack(
  context: CheckContext,
  samples: ModelResult['samples'],
): Promise<{ found: AdversarialConfidence | undefined; why: string }> {
  const why = obstacle(context);
  if (why !== undefined) return { found: undefined, why };
  const { options, model, reporter, rows, subject, epsilon } = context;
  const turned = samples.flatMap(({ index, label, adversarial }): DeterminedItem[] =>
    adversarial && adversarial.label !== label ? [{ index, label, goal: adversarial.label }] : [],
  );
  const chosen = keyedRng(options.seed, 'determined')
    .shuffle(turned)
    .slice(0, MOST[options.preset])
    .sort((a, b) => a.index - b.index);
  reporter.phase(`${model.name}: confidence of a determined attacker`, chosen.length);
  const ends = await rows(determinedTask, { subject, epsilon: epsilon.value, steps: STEPS }, chosen);
  const fooled = [...ends.values()].filter((end) => end.fooled).map(({ confidence }) => confidence);
  return { found: adversarialConfidence(samples, fooled), why: 'fewer than 10 examples were fooled' };
}
