/** How much of a lens or a sensor may be dirty or broken before the model fails: dirt, water, scratches, dead pixels, stickers; for recordings hum, wind, dropouts. */
import * as z from 'zod';
import { degradationsOf } from '../../../attacks/availability/degradation.ts';
import { chosenFor, type Defaults } from '../../degradation/choice.ts';
import { flipTable, heatMapOf, samplesOf, type Wording } from '../../degradation/evidence.ts';
import { areaCurve, pollutionMetrics, pollutionTable } from '../../degradation/pollution-evidence.ts';
import { pollutionFindings } from '../../degradation/pollution-findings.ts';
import { tried } from '../../degradation/trial.ts';
import { defineCheck } from '../check.ts';

/** One of each kind. */
const QUICK: ReadonlySet<string> = new Set(['dirt', 'water_droplets', 'sticker', 'dead_pixels', 'dead_rows', 'dropouts', 'wind']);

const DEFAULTS: Defaults = {
  examples: { quick: 60, standard: 100, thorough: 300 },
  severities: (preset, { severities }) =>
    preset === 'quick' ? [3, 5] : preset === 'standard' ? [2, 3, 4, 5] : severities.map((_, i) => i + 1),
  units: (preset, { id }) => preset !== 'quick' || QUICK.has(id),
};

const WORDING: Wording = {
  unit: 'pollution',
  severity: 'severity',
  short: ({ family, severities }, severity) => {
    const text = severities[severity - 1] ?? `severity ${severity}`;
    return family === 'lens' ? `${text} covered` : text;
  },
};

export const sensorPollution = defineCheck({
  id: 'sensor-pollution',
  category: 'availability',
  title: 'It still works with a little dirt on the lens or a few broken pixels',
  failureTitle: 'Pollution of its lens or sensor turns decisions wrong',
  why: 'Lenses get dirty and sensors age. A system that nobody cleans should lose its skill slowly, not at the first drop.',
  tags: ['EU-AI-ACT:15(4)', 'ISO:24029-1'],
  figures: ['pollutedAccuracy', 'cleanAccuracy', 'keptSkill', 'worstPollution', 'breakingArea', 'breakingPixels', 'breakingTime'],
  needs: [],
  attackers: { transforms: ['dirt'] },
  modalities: ['image', 'waveform'],
  params: z.object({
    examples: z.int().min(1).optional().describe('examples that are polluted; by preset when absent'),
    severities: z.array(z.int().min(1)).optional().describe('severities, 1 (least) to 6'),
    pollutions: z.array(z.string()).optional().describe('ids of pollutions; by preset when absent'),
  }),
  run: async (context) => {
    const { prepared, params } = context;
    const all = degradationsOf('pollutions', prepared.preprocessing);
    const { examples, severities, pollutions: units } = params;
    const choice = chosenFor(context, all, { examples, severities, units }, DEFAULTS);
    const made = await tried(context, 'pollutions', 'sensor-pollution', choice);
    const { findings, undecided } = pollutionFindings(made.scores, choice.units);
    return {
      metrics: pollutionMetrics(made.scores, choice.units),
      findings,
      details: [
        ...areaCurve(made, choice.units),
        ...(await samplesOf(context, 'pollutions', made, choice.units, WORDING)),
        heatMapOf(made, choice.units, WORDING),
        pollutionTable(made, choice.units),
        ...flipTable(context, made, choice.units, WORDING),
      ],
      ...(undecided !== undefined && { undecided }),
    };
  },
});
