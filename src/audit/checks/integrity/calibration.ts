/** Is the model right as often as its confidence says, and how sure is it of adversarial examples? (Guo et al., arXiv:1706.04599; Goodfellow et al., arXiv:1412.6572) */
import * as z from 'zod';
import { toGibbonError } from '../../../base/errors.ts';
import { subset } from '../../../data/subset.ts';
import { NO_CLASS } from '../../../model/judge.ts';
import { sizeOf } from '../../../onnx/tensor.ts';
import { equalMass, equalWidth, maximumError } from '../../../stats/calibration.ts';
import { adversarialConfidence, FEWEST } from '../../adversarial-confidence.ts';
import { confidences, confidenceTable, reliability } from '../../calibration-details.ts';
import {
  binsOf,
  type CalibrationError,
  calibrationError,
  classwiseError,
  type Judged,
  meanOf,
  temperatureOf,
} from '../../calibration-figures.ts';
import { calibrationFindings } from '../../calibration-findings.ts';
import { attackMetrics, errorMetrics, scoreMetrics, type UnderAttack } from '../../calibration-metrics.ts';
import { determinedAttack } from '../../determined-attack.ts';
import type { Metric } from '../../metric.ts';
import { affordable } from '../../sample-size.ts';
import { type Answer, answersTask } from '../../tasks/answers.ts';
import { inapplicable } from '../applicable.ts';
import { type CheckContext, defineCheck } from '../check.ts';
import { evasion } from './evasion.ts';

/** Examples below which every bin holds a handful. */
const FEW = 100;

const params = z.object({
  bins: z.int().min(2).max(100).default(15).describe('bins of confidence'),
  n: z.int().min(2).optional().describe('examples; by preset and size of the input when absent'),
  adversarial: z.boolean().default(true).describe('also look at the confidence on adversarial examples, which takes the attacks'),
});
type Context = CheckContext<z.infer<typeof params>>;

export const calibration = defineCheck({
  id: 'calibration',
  category: 'integrity',
  title: 'It is right about as often as it says',
  failureTitle: 'Its confidence cannot be taken at its word',
  why: 'People and programs act on confidence: they let sure answers pass and look at unsure ones. Where it is wrong, both happen to the wrong examples.',
  tags: ['OWASP-ML:ML01', 'EU-AI-ACT:15(1)', 'EU-AI-ACT:15(4)'],
  figures: [
    'ece',
    'eceEqualMass',
    'mce',
    'classwiseEce',
    'eceTempered',
    'temperature',
    'accuracy',
    'overconfidence',
    'brier',
    'nll',
    'adversarialConfidence',
    'surer',
    'detectorAuc',
    'determinedConfidence',
    'determinedSurer',
    'determinedDetectorAuc',
  ],
  needs: [],
  attacks: (facts, params) => params.adversarial && inapplicable(evasion, facts) === undefined,
  params,
  run: async (context) => {
    const { params, options } = context;
    const all = await answersOf(context);
    if (all.every(({ isLabel }) => isLabel)) return { notApplicable: 'Its answers are labels only: 0 or 1 for every class.' };
    const answers = judged(all, context);
    if (answers.length < 2) return { undecided: 'It answered NaN on all examples but one.' };
    const [error, byMass] = [equalWidth, equalMass].map((binning) => calibrationError(answers, binning, params.bins, options.seed)) as [
      CalibrationError,
      CalibrationError,
    ];
    const tempered = temperatureOf(answers, params.bins, options.seed);
    const over = meanOf(answers.map(({ confidence, isCorrect }) => confidence - (isCorrect ? 1 : 0)));
    const attacked = await onAttacks(context);
    const bins = binsOf(answers, params.bins);
    const metrics: Record<string, Metric> = {
      ...errorMetrics(
        { error, byMass, tempered, mce: maximumError(bins), classwise: classwiseError(answers, params.bins) },
        answers.length,
        params.bins,
      ),
      ...scoreMetrics(answers, over),
      ...attackMetrics(attacked),
    };
    const findings = calibrationFindings({
      error,
      over: over.value,
      tempered,
      adversarial: attacked.first,
      determined: attacked.determined,
    });
    const isFew = answers.length < FEW && findings.length === 0;
    return {
      metrics,
      findings,
      details: [reliability(bins), confidences(answers, attacked), confidenceTable(answers, attacked)],
      ...(isFew && { undecided: `${answers.length} examples are too few for ${params.bins} bins of confidence: give at least ${FEW}.` }),
    };
  },
});

/** As many examples of the audited data as plain answers allow: the error of few is mostly chance. */
async function answersOf({ params, prepared, options, subject, model, reporter, rows }: Context): Promise<Answer[]> {
  const { labels } = prepared;
  const n = Math.min(labels.length, params.n ?? affordable(options.preset, sizeOf(prepared.preprocessing.shape)));
  const chosen = subset({ length: labels.length, labels: Int32Array.from(labels) }, { n, seed: options.seed });
  reporter.phase(`${model.name}: confidence`, chosen.length);
  const items = chosen.map((index) => ({ index, label: labels[index] as number }));
  const found = await rows(answersTask, { subject, whole: true }, items);
  return chosen.map((index) => found.get(index) as Answer);
}

function judged(answers: readonly Answer[], { prepared }: Context): Judged[] {
  return answers
    .filter(({ decided }) => decided !== NO_CLASS)
    .map(({ index, decided, signals, squared, probabilities }) => {
      const label = prepared.labels[index] as number;
      const confidence = Math.min(1, Math.exp(signals.confidence));
      return { label, isCorrect: decided === label, confidence, loss: -signals.loss, squared, probabilities };
    });
}

/** Attacks may fail for reasons of their own: the check evasion says so. */
async function onAttacks(context: Context): Promise<UnderAttack> {
  if (!context.params.adversarial) return without('it was not asked for');
  // Confidence matters to everybody; that on adversarial examples where the threat model has somebody who makes them.
  const leftOut = inapplicable(evasion, context);
  if (leftOut !== undefined) return without(leftOut);
  try {
    const { samples } = (await context.artifacts.evasion()).result;
    const { found, why } = await determinedAttack(context, samples);
    const few = `fewer than ${FEWEST} examples were fooled, or answered rightly`;
    return { first: adversarialConfidence(samples), determined: found, why: { first: few, determined: why } };
  } catch (thrown) {
    const error = toGibbonError(thrown);
    if (error.code === 'E_ABORTED') throw error;
    return without(`no attack ran: ${error.message}`);
  }
}

const without = (why: string): UnderAttack => ({ first: undefined, determined: undefined, why: { first: why, determined: why } });
