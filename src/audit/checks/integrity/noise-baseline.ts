/** Does plain random noise of the attacker's size already change the decision? What attacks reach beyond it is the attacker's doing. */
import * as z from 'zod';
import { share } from '../../metric.ts';
import { noiseFinding } from '../../verdict.ts';
import { defineCheck } from '../check.ts';

export const noiseBaseline = defineCheck({
  id: 'noise-baseline',
  category: 'integrity',
  title: 'Random noise of the same size does no harm',
  failureTitle: 'Random noise of the same size already hurts',
  why: 'A model that random noise upsets is unstable without any attacker; and attacks that do no better than noise prove little.',
  tags: ['NIST:NISTAML.022', 'OWASP-ML:ML01', 'EU-AI-ACT:15(4)', 'ISO:24029-1'],
  figures: ['noiseAccuracy'],
  needs: [],
  attackers: { goals: ['integrity'], access: ['scene', 'sensor', 'input', 'api'] },
  attacks: () => true,
  params: z.object({}),
  run: async ({ artifacts }) => {
    const { result, evidence } = await artifacts.evasion();
    const { noiseAccuracy, cleanAccuracy } = result.summary;
    if (!noiseAccuracy) return { notApplicable: 'No attack with random noise was part of this audit.' };
    const finding = noiseFinding(evidence);
    return {
      metrics: { noiseAccuracy: share(noiseAccuracy, { label: 'Accuracy under noise', better: 'higher', baseline: cleanAccuracy.value }) },
      findings: finding ? [finding] : [],
    };
  },
});
