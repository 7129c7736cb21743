/** How sure the model is of its wrong answers on adversarial examples, beside clean ones, and whether that would give them away. */
import { type AucInterval, aucInterval } from '../stats/auc-interval.ts';
import { medianInterval } from '../stats/median-interval.ts';
import { type Proportion, proportion } from '../stats/proportion.ts';
import { median } from '../stats/quantile.ts';
import { rocOf } from '../stats/roc.ts';
import type { ModelResult } from './result.ts';

export interface AdversarialConfidence {
  readonly clean: readonly number[];
  /** Of the wrong class, on the examples that fool it. */
  readonly fooled: readonly number[];
  readonly median: ReturnType<typeof medianInterval>;
  /** Adversarial examples that it is surer of than of its median clean example. */
  readonly surer: Proportion;
  /** Low confidence as a sign of an adversarial example, against correct answers on clean ones. */
  readonly detector: AucInterval;
}

/** Fooled examples from which on figures are given. */
export const FEWEST = 10;

/** @param fooled the confidences in the wrong class; those of the samples' worst attacks when absent */
export function adversarialConfidence(samples: ModelResult['samples'], fooled = foundOn(samples)): AdversarialConfidence | undefined {
  const clean = samples.flatMap(({ label, clean: { label: decided, confidence } }) =>
    decided === label && confidence !== null ? [confidence] : [],
  );
  if (fooled.length < FEWEST || clean.length < FEWEST) return undefined;
  const middle = median(clean);
  return {
    clean,
    fooled,
    median: medianInterval(fooled),
    surer: proportion(fooled.filter((confidence) => confidence > middle).length, fooled.length),
    detector: aucInterval(
      rocOf(
        fooled.map((c) => -c),
        clean.map((c) => -c),
      ),
    ),
  };
}

/** Attacks stop at the first wrong decision. */
const foundOn = (samples: ModelResult['samples']): number[] =>
  samples.flatMap(({ adversarial }) => (adversarial && adversarial.confidence !== null ? [adversarial.confidence] : []));
