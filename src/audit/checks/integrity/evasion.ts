/** Does a small perturbation, chosen by an attacker, change the decision? Worst case per example over all attacks that the threat model allows. */
import * as z from 'zod';
import { figure, type Metric, share } from '../../metric.ts';
import { findingsOf } from '../../verdict.ts';
import { defineCheck } from '../check.ts';

export const evasion = defineCheck({
  id: 'evasion',
  category: 'integrity',
  title: 'Small perturbations rarely change its decision',
  failureTitle: 'Small perturbations change its decision',
  why: 'Whoever may touch the input can choose what the model answers, without anybody noticing.',
  tags: ['NIST:NISTAML.022', 'NIST:NISTAML.025', 'ATLAS:AML.T0015', 'ATLAS:AML.T0043', 'OWASP-ML:ML01', 'EU-AI-ACT:15(5)', 'ISO:24029-1'],
  figures: ['cleanAccuracy', 'robustAccuracy', 'robustAccuracy8bit', 'queries', 'gradients'],
  needs: [],
  attackers: { goals: ['integrity'], access: ['scene', 'sensor', 'input', 'api'] },
  attacks: () => true,
  params: z.object({}),
  run: async ({ artifacts }) => {
    const { result, evidence } = await artifacts.evasion();
    const { summary, attacks } = result;
    const clean = summary.cleanAccuracy.value;
    const metrics: Record<string, Metric> = {
      cleanAccuracy: share(summary.cleanAccuracy, { label: 'Clean accuracy', better: 'higher' }),
      robustAccuracy: share(summary.robustAccuracy, { label: 'Robust accuracy', better: 'higher', baseline: clean }),
      ...(summary.robustAccuracy8bit && {
        robustAccuracy8bit: share(summary.robustAccuracy8bit, { label: 'Robust accuracy, 8-bit', better: 'higher', baseline: clean }),
      }),
      queries: figure(
        attacks.reduce((sum, { queries }) => sum + queries, 0),
        { label: 'Questions to the model', better: null, unit: 'count', method: 'counted' },
      ),
      gradients: figure(
        attacks.reduce((sum, one) => sum + one.gradients, 0),
        { label: 'Gradients', better: null, unit: 'count', method: 'counted' },
      ),
    };
    const findings = findingsOf(evidence);
    return { metrics, findings, ...(summary.verdict === 'undecided' && { undecided: summary.headline }) };
  },
});
