/** Made-up checks for the tests of reports: every status, every form of evidence, every kind of figure. */
import type { CheckResult, Status } from '../../audit/check-result.ts';
import { figure, share } from '../../audit/metric.ts';
import type { ModelResult } from '../../audit/result.ts';
import { proportionOf } from './proportion-of.ts';
import { sampleDetails } from './sample-details.ts';

type Given = Partial<CheckResult> & Pick<CheckResult, 'id' | 'category' | 'title'>;

function check(model: ModelResult, status: Status, given: Given): CheckResult {
  return {
    model: model.name,
    status,
    why: 'Whoever relies on the model has to know this.',
    reason: null,
    metrics: {},
    findings: [],
    details: [],
    tags: ['EU-AI-ACT:15(5)', 'ISO:24029-1'],
    params: { examples: 200 },
    ...given,
  };
}

/** The model's findings under the check that found them, with everything that a finding may hold. */
function evasion(model: ModelResult): CheckResult {
  const { cleanAccuracy, robustAccuracy } = model.summary;
  const findings = model.findings.filter(({ category }) => category === 'integrity');
  return check(model, findings.length > 0 ? 'fail' : 'pass', {
    id: 'evasion',
    category: 'integrity',
    title: findings.length > 0 ? 'Small perturbations change its decision' : 'Small perturbations rarely change its decision',
    metrics: {
      cleanAccuracy: share(cleanAccuracy, { label: 'Clean accuracy', better: 'higher' }),
      robustAccuracy: share(robustAccuracy, { label: 'Robust accuracy', better: 'higher', baseline: cleanAccuracy.value }),
      queries: figure(8200, { label: 'Questions to the model', better: null, unit: 'count', method: 'counted' }),
    },
    findings: findings.map((finding) => ({
      ...finding,
      check: 'evasion',
      meaning: 'Who can change pixels between camera and model chooses its answer.',
      reference: 'Madry et al., 2018, arXiv:1706.06083',
      tags: ['NIST:NISTAML.022'],
    })),
    details: sampleDetails().slice(0, 2),
    tags: ['NIST:NISTAML.022', 'ATLAS:AML.T0015', 'OWASP-ML:ML01', 'EU-AI-ACT:15(5)', 'ISO:24029-1'],
  });
}

function timed(model: ModelResult): CheckResult {
  return check(model, 'warn', {
    id: 'latency',
    category: 'availability',
    title: 'Some inputs take much longer than others',
    findings: [
      {
        id: 'slow-input',
        severity: 'low',
        category: 'availability',
        title: 'Some inputs take much longer than others',
        text: 'An input was found that is answered much later than the median.',
        remedies: ['Set a time limit for each request.', 'Refuse inputs longer than what the training data holds.'],
        check: 'latency',
        tags: ['NIST:NISTAML.014'],
      },
    ],
    timings: {
      metrics: {
        p99: figure(12.4, { label: 'Latency, p99', better: 'lower', unit: 'ms', method: '200 runs', n: 200, low: 11.2, high: 15.8 }),
        memory: figure(8_400_000, { label: 'Peak memory', better: 'lower', unit: 'bytes', method: 'of the process' }),
      },
      details: sampleDetails().slice(0, 1),
    },
    tags: ['NIST:NISTAML.014', 'ATLAS:AML.T0029'],
  });
}

function membership(model: ModelResult): CheckResult {
  return check(model, 'undecided', {
    id: 'membership',
    category: 'confidentiality',
    title: 'Its training examples cannot be told from others',
    reason: 'With 200 members the true positive rate at a false positive rate of 0.1 % cannot be resolved; it takes 10,000.',
    metrics: {
      auc: figure(0.6465, { label: 'AUC', better: 'lower', unit: 'number', method: 'DeLong', baseline: 0.5, n: 200, low: 0.59, high: 0.7 }),
      'tpr@fpr=0.001': figure(null, { label: 'TPR at 0.1 % FPR', better: 'lower', unit: 'share', method: 'too few examples', n: 200 }),
    },
    details: sampleDetails(),
    tags: ['NIST:NISTAML.033', 'ATLAS:AML.T0024.000', 'OWASP-ML:ML04', 'UNKNOWN:1', 'NIST:NISTAML.999'],
  });
}

/** The checks of one model, one of every status, in every category. */
export function sampleChecks(model: ModelResult): CheckResult[] {
  return [
    evasion(model),
    check(model, 'pass', {
      id: 'noise-baseline',
      category: 'integrity',
      title: 'Random noise of the same size does no harm',
      metrics: { noiseAccuracy: share(proportionOf(97, 100), { label: 'Accuracy under noise', better: 'higher', baseline: 0.98 }) },
    }),
    timed(model),
    check(model, 'error', {
      id: 'input-validation',
      category: 'availability',
      title: 'Odd inputs are refused',
      reason: 'A worker died while it ran. [E_WORKER_DIED]',
    }),
    membership(model),
    check(model, 'not-applicable', {
      id: 'group-performance',
      category: 'fairness',
      title: 'Groups are treated alike',
      reason: 'The data names no groups. Give --groups with columns of the table, or with a file of one group per example.',
    }),
    check(model, 'pass', { id: 'gradient-masking', category: 'evidence', title: 'Its gradients show no sign of masking' }),
  ];
}
