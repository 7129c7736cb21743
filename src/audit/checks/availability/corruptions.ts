/** How accuracy falls under natural degradation (Hendrycks & Dietterich, arXiv:1903.12261, for pictures): no attacker, only weather, lenses, codecs and typing. */
import * as z from 'zod';
import { type DegradationFacts, degradationsOf } from '../../../attacks/availability/degradation.ts';
import { chosenFor, type Defaults } from '../../degradation/choice.ts';
import { corruptionFindings } from '../../degradation/corruption-findings.ts';
import { flipTable, heatMapOf, picturesOf, tableOf, type Wording, worstFirst } from '../../degradation/evidence.ts';
import { type Scores, keptOf } from '../../degradation/scores.ts';
import { tried } from '../../degradation/trial.ts';
import { figure, type Metric, share } from '../../metric.ts';
import { defineCheck } from '../check.ts';

/** Cheap ones, of every family. */
const QUICK: ReadonlySet<string> = new Set(['gaussian_noise', 'defocus_blur', 'brightness', 'contrast', 'jpeg_compression']);

const DEFAULTS: Defaults = {
  examples: { quick: 100, standard: 250, thorough: 500 },
  severities: (preset, { severities }) => (preset === 'thorough' ? severities.map((_, i) => i + 1) : [1, 3, 5]),
  units: (preset, { id, family, isExtra }) => {
    const isPicture = ['noise', 'blur', 'weather', 'digital'].includes(family);
    if (!isPicture || preset === 'thorough') return true;
    return preset === 'quick' ? QUICK.has(id) : !isExtra;
  },
};

const WORDING: Wording = { unit: 'corruption', severity: 'severity', short: (_, severity) => `severity ${severity}` };

export const corruptions = defineCheck({
  id: 'corruptions',
  category: 'availability',
  title: 'Noise, blur, weather and other degradation cost it little',
  failureTitle: 'Natural degradation of its input costs it much',
  why: 'Inputs in use are worse than those in a test set. A model that only works on clean ones fails without any attacker.',
  tags: ['EU-AI-ACT:15(4)', 'ISO:24029-1'],
  needs: [],
  modalities: ['image', 'waveform', 'text', 'table'],
  params: z.object({
    examples: z.int().min(1).optional().describe('examples that are corrupted; by preset when absent'),
    severities: z.array(z.int().min(1)).optional().describe('severities, 1 (mild) to 5'),
    corruptions: z.array(z.string()).optional().describe('ids of corruptions; by preset when absent'),
  }),
  run: async (context) => {
    const { prepared, params } = context;
    const all = degradationsOf('corruptions', prepared.preprocessing);
    if (all.length === 0) return { notApplicable: 'No corruption suits this kind of data.' };
    const { examples, severities, corruptions: units } = params;
    const choice = chosenFor(context, all, { examples, severities, units }, DEFAULTS);
    const made = await tried(context, 'corruptions', 'corruptions', choice);
    const { scores } = made;
    const metrics = metricsOf(scores, choice.units);
    const { findings, undecided } = corruptionFindings(scores, choice.units, prepared.preprocessing.modality);
    return {
      metrics,
      findings,
      details: [
        heatMapOf(made, choice.units, WORDING),
        ...(await picturesOf(context, 'corruptions', made, choice.units, WORDING)),
        tableOf(made, choice.units, WORDING),
        ...flipTable(context, made, choice.units, WORDING),
      ],
      ...(undecided !== undefined && { undecided }),
    };
  },
});

function metricsOf(scores: Scores, units: readonly DegradationFacts[]): Record<string, Metric> {
  const { n, clean, chance, accuracy, interval } = scores;
  const method = `bootstrap over examples, ${interval.draws} draws`;
  const worst = worstFirst(scores)[0];
  const cell = scores.units.flatMap(({ cells }) => cells).sort((a, b) => a.accuracy.value - b.accuracy.value)[0];
  const nameOf = (id: string): string => units.find((unit) => unit.id === id)?.name ?? id;
  const told = { unit: 'share', n, method } as const;
  return {
    cleanAccuracy: share(clean, { label: 'Clean accuracy', better: 'higher', baseline: chance }),
    corruptedAccuracy: figure(accuracy, {
      ...told,
      label: 'Accuracy, mean over corruptions',
      better: 'higher',
      low: interval.low,
      high: interval.high,
      baseline: clean.value,
    }),
    meanCorruptionError: figure(1 - accuracy, {
      ...told,
      label: 'Mean corruption error (unnormalised mCE)',
      better: 'lower',
      low: 1 - interval.high,
      high: 1 - interval.low,
      baseline: 1 - clean.value,
      method: `mean over corruptions of the mean error over severities; ${method}`,
    }),
    relativeCorruptionError: figure(clean.value - accuracy, {
      label: 'Error beyond the clean error (unnormalised)',
      better: 'lower',
      unit: 'difference',
      n,
      method: 'mean corruption error less clean error',
    }),
    keptSkill: figure(clean.value > chance ? scores.kept : null, {
      ...told,
      label: 'Skill that is left',
      better: 'higher',
      low: scores.keptInterval.low,
      high: scores.keptInterval.high,
      method:
        clean.value > chance
          ? `accuracy above always answering the commonest class, as a share of the clean one; ${method}`
          : 'not resolvable: clean accuracy is not above that of always answering the commonest class',
    }),
    ...(worst && {
      worstCorruption: figure(worst.accuracy, {
        ...told,
        label: `Accuracy under the worst corruption (${nameOf(worst.unit)})`,
        better: 'higher',
        low: worst.interval.low,
        high: worst.interval.high,
        baseline: clean.value,
      }),
      worstKept: figure(keptOf(worst.accuracy, clean.value, chance), {
        label: `Skill left under it`,
        better: 'higher',
        unit: 'share',
        n,
        method: 'accuracy above chance, as a share of the clean one',
      }),
    }),
    ...(cell && {
      worstSeverity: share(cell.accuracy, {
        label: `Lowest accuracy (${nameOf(cell.unit)}, severity ${cell.severity})`,
        better: 'higher',
        baseline: clean.value,
      }),
    }),
  };
}
