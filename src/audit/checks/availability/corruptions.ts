/** How accuracy falls under natural degradation (Hendrycks & Dietterich, arXiv:1903.12261, for pictures): no attacker, only weather, lenses, codecs and typing. */
import * as z from 'zod';
import { degradationsOf } from '../../../attacks/availability/degradation.ts';
import type { Modality } from '../../../data/dataset.ts';
import { chosenFor, type Defaults } from '../../degradation/choice.ts';
import { corruptionFindings } from '../../degradation/corruption-findings.ts';
import { corruptionMetrics } from '../../degradation/corruption-metrics.ts';
import { flipTable, heatMapOf, samplesOf, tableOf, type Wording } from '../../degradation/evidence.ts';
import { tried } from '../../degradation/trial.ts';
import { defineCheck } from '../check.ts';

/** Cheap ones, of every family. */
const QUICK: ReadonlySet<string> = new Set(['gaussian_noise', 'defocus_blur', 'brightness', 'contrast', 'jpeg_compression']);

const defaults = (modality: Modality): Defaults => ({
  examples: { quick: 100, standard: 250, thorough: 500 },
  severities: (preset, { severities }) => (preset === 'thorough' ? severities.map((_, i) => i + 1) : [1, 3, 5]),
  units: (preset, { id, isExtra }) => {
    if (modality !== 'image' || preset === 'thorough') return true;
    return preset === 'quick' ? QUICK.has(id) : !isExtra;
  },
});

const WORDING: Wording = { unit: 'corruption', severity: 'severity', short: (_, severity) => `severity ${severity}` };

export const corruptions = defineCheck({
  id: 'corruptions',
  category: 'availability',
  title: 'Noise, blur, weather and other degradation cost it little',
  failureTitle: 'Natural degradation of its input turns decisions wrong',
  why: 'Inputs in use are worse than those in a test set. A model that only works on clean ones fails without any attacker.',
  tags: ['EU-AI-ACT:15(4)', 'ISO:24029-1'],
  figures: [
    'corruptedAccuracy',
    'cleanAccuracy',
    'meanCorruptionError',
    'relativeCorruptionError',
    'mCE',
    'keptSkill',
    'worstCorruption',
    'worstKept',
    'worstSeverity',
  ],
  needs: [],
  attackers: { transforms: ['noise', 'blur', 'weather', 'digital'] },
  modalities: ['image', 'waveform', 'text', 'table'],
  params: z.object({
    examples: z.int().min(1).optional().describe('examples that are corrupted; by preset when absent'),
    severities: z.array(z.int().min(1)).optional().describe('severities, 1 (mild) to 5'),
    corruptions: z.array(z.string()).optional().describe('ids of corruptions; by preset when absent'),
  }),
  run: async (context) => {
    const { prepared, params } = context;
    const { modality } = prepared.preprocessing;
    const all = degradationsOf('corruptions', prepared.preprocessing);
    if (all.length === 0) return { notApplicable: 'No corruption suits this kind of data.' };
    const { examples, severities, corruptions: units } = params;
    const choice = chosenFor(context, all, { examples, severities, units }, defaults(modality));
    const made = await tried(context, 'corruptions', 'corruptions', choice);
    const { scores } = made;
    const metrics = corruptionMetrics(scores, choice.units, prepared.data.classes);
    const { findings, undecided } = corruptionFindings(scores, choice.units, modality);
    return {
      metrics,
      findings,
      details: [
        heatMapOf(made, choice.units, WORDING),
        ...(await samplesOf(context, 'corruptions', made, choice.units, WORDING)),
        tableOf(made, choice.units, WORDING),
        ...flipTable(context, made, choice.units, WORDING),
      ],
      ...(undecided !== undefined && { undecided }),
    };
  },
});
