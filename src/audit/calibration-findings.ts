/** What the figures of calibration mean, and what to do. Limits stand in docs/checks/calibration.md. */
import type { AdversarialConfidence } from './adversarial-confidence.ts';
import type { CalibrationError, Tempered } from './calibration-figures.ts';
import type { FindingDraft } from './checks/check.ts';

/** Error beyond what chance shows at this n. */
const LIMITS = { low: 0.02, medium: 0.05, high: 0.15 } as const;

/** Confidence from which a wrong answer counts as sure. */
const SURE = 0.9;

interface Told {
  readonly error: CalibrationError;
  /** Mean confidence less accuracy. */
  readonly over: number;
  readonly tempered: Tempered | undefined;
  readonly adversarial: AdversarialConfidence | undefined;
  /** Where the attacker goes on. */
  readonly determined: AdversarialConfidence | undefined;
}

export function calibrationFindings(told: Told): FindingDraft[] {
  return [miscalibrated(told), sureWhenFooled(told)].filter((finding): finding is FindingDraft => finding !== undefined);
}

/** Too little confidence misleads less than too much. */
export function severityOf({ value, chance, surprising }: Pick<CalibrationError, 'value' | 'chance' | 'surprising'>, over: number) {
  const excess = value - chance;
  if (value <= surprising || excess < LIMITS.low) return 'pass';
  if (over <= 0) return 'low';
  return excess >= LIMITS.high ? 'high' : excess >= LIMITS.medium ? 'medium' : 'low';
}

function miscalibrated({ error, over, tempered }: Told): FindingDraft | undefined {
  const severity = severityOf(error, over);
  if (severity === 'pass') return undefined;
  const helps = tempered !== undefined && tempered.error < error.value;
  // Remedies are not filled with metrics.
  const divide = tempered
    ? `Divide the logits by ${tempered.temperature.toPrecision(2)} before the softmax (temperature scaling, arXiv:1706.04599): judged on examples that it was not fitted on, ${(100 * tempered.error).toFixed(1)} points are left.`
    : '';
  return {
    id: 'miscalibrated',
    severity,
    title: over > 0 ? 'It is surer than it is right' : 'It is less sure than it is right',
    text: `Between its confidence and its accuracy lie {ece~} on average over the bins; perfectly calibrated confidences would show ${(100 * error.chance).toFixed(1)} points by chance, and up to ${(100 * error.surprising).toFixed(1)} in 97.5 of 100 samples of this size. Its confidence is {overconfidence~} above its accuracy on average.`,
    meaning: 'A threshold on confidence, a price or a risk computed from it, or a person who trusts the number goes wrong by that much.',
    remedies: [
      helps
        ? divide
        : 'Calibrate on held-out data: temperature scaling (arXiv:1706.04599), or isotonic regression where there is much data.',
      'Train with label smoothing, mixup or an ensemble, and look at the reliability diagram again.',
      'Do not show the number to people as a probability until then.',
    ],
    reference: 'arXiv:1706.04599',
  };
}

/** Attacks stop at the first wrong decision, so low confidence proves nothing; high confidence does. */
function sureWhenFooled({ adversarial, determined }: Told): FindingDraft | undefined {
  const isAlready = (adversarial?.median.value ?? 0) >= SURE;
  if (!isAlready && (determined?.median.value ?? 0) < SURE) return undefined;
  const goesOn =
    'Where an attacker goes on after the first wrong decision, the median confidence in the wrong class is {determinedConfidence~}, and {determinedSurer} of these inputs exceed its confidence on the median clean example. As a detector, low confidence then has an AUC of {determinedDetectorAuc}.';
  const already =
    'On the examples that fool it the median confidence in the wrong class is {adversarialConfidence~}, although no attack tried for confidence; {surer} of them exceed its confidence on the median clean example.';
  return {
    id: 'adversarial-confidence',
    severity: 'medium',
    title: 'It is sure of its wrong answers',
    text: [...(isAlready ? [already] : []), ...(determined ? [goesOn] : []), 'A threshold on confidence would let them pass.'].join(' '),
    remedies: [
      'Do not use confidence as a detector of attacks.',
      'See the check evasion for what makes the decision itself harder to turn.',
    ],
    reference: 'arXiv:1412.6572',
  };
}
