/** Made-up runs whose every example is told to be right or wrong, with and without attack. */

import { sampleModel, sampleResult } from '../../../report/testing/sample-result.ts';
import { proportion } from '../../../stats/proportion.ts';
import { share } from '../../metric.ts';
import type { AuditResult, ModelResult, SampleResult } from '../../result.ts';

/** `r` right and robust, `f` right and fooled, `w` wrong. */
export type Fate = 'r' | 'f' | 'w';

const TEMPLATE = sampleModel({ n: 1, pictures: 0 });
const CHECKS = sampleResult([TEMPLATE]).checks;
const FOOLED: NonNullable<SampleResult['adversarial']> = {
  attack: 'pgd',
  label: 1,
  confidence: 0.9,
  distances: { l0: 1, l1: 0.1, l2: 0.1, linf: 0.1, ssim: null },
  survives8bit: true,
};

export interface Options {
  readonly name?: string;
  /** Index of the first example. */
  readonly from?: number;
  readonly sha256?: string;
}

export function model(fates: Iterable<Fate>, { name = 'net', from = 0, sha256 = 'same' }: Options = {}): ModelResult {
  const samples = [...fates].map(
    (fate, i): SampleResult => ({
      index: from + i,
      id: String(from + i),
      label: 0,
      clean: { label: fate === 'w' ? 1 : 0, confidence: 0.9 },
      adversarial: fate === 'f' ? FOOLED : null,
    }),
  );
  const count = (...kept: Fate[]): number => [...fates].filter((fate) => kept.includes(fate)).length;
  const [cleanAccuracy, robustAccuracy] = [proportion(count('r', 'f'), samples.length), proportion(count('r'), samples.length)];
  const summary = { ...TEMPLATE.summary, cleanAccuracy, robustAccuracy };
  return { ...TEMPLATE, name, data: { ...TEMPLATE.data, sha256, n: samples.length }, samples, summary, findings: [] };
}

/** Each model with the check `evasion` of its own figures, and the made-up other checks. */
export function run(...models: ModelResult[]): AuditResult {
  const [first = TEMPLATE] = models;
  const checks = models.flatMap(({ name, summary }) =>
    CHECKS.map((check) => ({
      ...check,
      model: name,
      ...(check.id === 'evasion' && {
        metrics: {
          ...check.metrics,
          cleanAccuracy: share(summary.cleanAccuracy, { label: 'Clean accuracy', better: 'higher' }),
          robustAccuracy: share(summary.robustAccuracy, { label: 'Robust accuracy', better: 'higher' }),
        },
      }),
    })),
  );
  return { ...sampleResult([first]), models, checks };
}
