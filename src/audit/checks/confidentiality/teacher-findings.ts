/** What the check `teacher-fingerprint` concludes. */
import type { FindingDraft } from '../check.ts';
import type { Fingerprint } from './teacher-figures.ts';

/** Lower end of the interval of the twins' agreement from which on the answers name the second model. */
const AGREES = 0.8;
/** Where the right network sees nothing, answers are this much more even than on examples. */
const EVEN = 1 / 4;
/** Share of the weights that chance does not explain. */
const SHARED = 0.01;

const REMEDIES = [
  'Train all layers on, not the last alone, and then audit mimicry again: gibbon attack mimic MODEL --surrogate SECOND.',
  'Begin with another network than the obvious one, or one that was trained against adversarial examples (arXiv:1706.06083).',
  'Give labels or few digits instead of probabilities, and limit questions; neither hides the labels of twins.',
];
const REFERENCE = 'Wang et al., With Great Training Comes Great Vulnerability, USENIX Security 2018; He et al., arXiv:2106.12478';

export function teacherFindings(print: Fingerprint): FindingDraft[] {
  return [inAnswers(print), inFile(print)].filter((finding) => finding !== undefined);
}

function inAnswers({ agreement, gini }: Fingerprint): FindingDraft | undefined {
  if (agreement.low < AGREES) return undefined;
  const isEven = gini === undefined || gini.blank <= EVEN * gini.examples;
  const blank = gini
    ? ' Where the second model sees nothing at all, the probabilities have a Gini coefficient of {gini}, and of {giniExamples} on examples.'
    : '';
  return {
    id: 'teacher-in-answers',
    severity: isEven ? 'medium' : 'low',
    title: isEven
      ? 'Its answers name the network that it was fine-tuned from'
      : 'Its answers hint at the network that it was fine-tuned from',
    text: `Of pictures that look like noise and are another example to the second model behind one of its inner layers, {agreement~} get that example's label.${blank}`,
    meaning:
      'A few dozen questions tell an attacker which public file to work on. From then on examples that fool this model are made without it, one question each.',
    remedies: REMEDIES,
    reference: REFERENCE,
  };
}

function inFile({ weights }: Fingerprint): FindingDraft | undefined {
  if (!weights || weights.alike < SHARED) return undefined;
  return {
    id: 'teacher-in-file',
    severity: 'low',
    title: 'Its file holds weights of the second model',
    text: 'Of the numbers in its matrices and kernels, {sharedWeights} are those of the second model, and {alikeWeights} point the same way.',
    meaning: 'Whoever gets hold of the file sees at once which public network it was made from.',
    remedies: REMEDIES.slice(0, 2),
    reference: REFERENCE,
  };
}
