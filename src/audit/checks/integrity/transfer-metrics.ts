/** The figures of the check `transfer` as metrics. */
import type { Proportion } from '../../../stats/proportion.ts';
import { figure, type Metric, share } from '../../metric.ts';
import { type Figures, type Measured, neededAccuracy } from './transfer-figures.ts';
import type { Source } from './transfer-sources.ts';

const NO_GRADIENT_ATTACK = 'not measured: no attack with gradients ran on the model itself';

/** Names of models are their own. */
const NAMES: Partial<Readonly<Record<Source['kind'], string>>> = { trained: 'the trained surrogate', ensemble: 'the ensemble' };

export function transferMetrics(figures: Figures, measured: Measured): Record<string, Metric> {
  const { sources, strongest, noise, excess, robust, robust8bit, whiteBox } = figures;
  const clean = measured.clean.filter(({ index, label }) => label === measured.labels[index]).length / measured.clean.length;
  const trained = sources.find(({ source }) => source.kind === 'trained');
  const rate = (of: Proportion, label: string): Metric => share(of, { label, better: 'lower', baseline: noise.value });
  const of = sources.length === 1 ? '' : `, of the strongest of ${sources.length} sources`;
  return {
    transferRate: { ...rate(strongest.rate, 'Fooled by examples of other models'), method: `Clopper–Pearson${of}` },
    noiseRate: share(noise, { label: 'Fooled by random noise', better: 'lower' }),
    excess: figure(excess.value, {
      label: 'Fooled beyond noise',
      better: 'lower',
      baseline: 0,
      unit: 'difference',
      method: 'paired difference, score interval of Tango',
      ...excess,
    }),
    ...Object.fromEntries(
      sources.map(({ source, rate: own }) => [
        `transferRate.${source.name}`,
        rate(own, `Fooled by examples of ${NAMES[source.kind] ?? source.name}`),
      ]),
    ),
    robustAccuracy: share(robust, { label: 'Accuracy under transfer', better: 'higher', baseline: clean }),
    ...(robust8bit && {
      robustAccuracy8bit: share(robust8bit, { label: 'Accuracy under transfer, 8-bit', better: 'higher', baseline: clean }),
    }),
    ...(trained?.accuracy && {
      surrogateAccuracy: share(trained.accuracy, {
        label: 'Accuracy of the trained surrogate',
        better: null,
        baseline: neededAccuracy(measured),
      }),
    }),
    ...whiteBoxMetrics(whiteBox),
  };
}

function whiteBoxMetrics(whiteBox: Figures['whiteBox']): Record<string, Metric> {
  const [rate, beyond] = [
    { label: 'Fooled by attacks with gradients', better: 'lower' },
    { label: 'Fooled by transfer, by no attack with gradients', better: 'lower', baseline: 0 },
  ] as const;
  if (whiteBox) return { whiteBoxRate: share(whiteBox.rate, rate), beyondWhiteBox: share(whiteBox.beyond, beyond) };
  const missing = { unit: 'share', method: NO_GRADIENT_ATTACK } as const;
  return { whiteBoxRate: figure(null, { ...rate, ...missing }), beyondWhiteBox: figure(null, { ...beyond, ...missing }) };
}
