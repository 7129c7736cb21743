/** Why the robust accuracies of two runs cannot be set against each other: a weaker attacker would make a model look better. */
import type { AuditResult, ModelResult } from '../result.ts';

interface Side {
  readonly run: AuditResult['run'];
  readonly model: ModelResult;
}

/** Most knowing first. */
const KNOWLEDGE = ['gradients', 'scores', 'labels', 'nothing'] as const;

/** Undefined where nothing stands against it. */
export function incomparable(before: Side, after: Side): string | undefined {
  const [was, is] = [before.model.threat, after.model.threat];
  if (was.norm !== is.norm || Math.abs(was.epsilon - is.epsilon) > 1e-9 * Math.max(was.epsilon, is.epsilon))
    return `the baseline was attacked with epsilon ${was.epsilonText} (${was.norm}), this run with ${is.epsilonText} (${is.norm})`;
  if (before.run.preset !== after.run.preset) return `the baseline ran the preset ${before.run.preset}, this run ${after.run.preset}`;
  if (KNOWLEDGE.indexOf(is.knowledge) > KNOWLEDGE.indexOf(was.knowledge))
    return `the baseline's attacks knew the model's ${was.knowledge}, those of this run ${is.knowledge} only`;
  return undefined;
}
