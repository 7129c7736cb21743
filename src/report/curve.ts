/** From results to the series that a curve draws. */
import type { ModelResult, Proportion } from '../audit/result.ts';
import { inByteSteps, interval, norm, percent, size } from './format.ts';
import { epsilonUnit } from './names.ts';

export type MarkerShape = 'circle' | 'square' | 'triangle' | 'diamond' | 'none';
export type Place = { epsilon: number; epsilonText: string; value: Proportion; title: string };
export type Series = { name: string; style: string; shape: MarkerShape; places: Place[] };

/** Epsilon runs from 0 to `end`; `scale` turns it into the axis' unit. */
export type CurveData = {
  series: Series[];
  end: number;
  scale: number;
  axis: string;
  audited: number | null;
  auditedText: string;
  /** Is the space below the first line drawn as open: neither broken by an attack nor proven by a certificate? */
  isOpen: boolean;
  /** What is proved: the open space ends there. */
  proved?: Series;
};

const SHAPES: MarkerShape[] = ['circle', 'square', 'triangle', 'diamond'];

function places(model: ModelResult, name: string, pick: (point: ModelResult['curve'][number]) => Proportion | null): Place[] {
  const measured = model.curve.flatMap((point) => {
    const value = pick(point);
    return value === null || value.n === 0 ? [] : [{ epsilon: point.epsilon, value }];
  });
  // At epsilon 0 an attack can change nothing, so the clean accuracy is the first point of every curve.
  const { cleanAccuracy } = model.summary;
  const start = measured.some((p) => p.epsilon === 0) || cleanAccuracy.n === 0 ? [] : [{ epsilon: 0, value: cleanAccuracy }];
  return [...start, ...measured]
    .sort((a, b) => a.epsilon - b.epsilon)
    .map(({ epsilon, value }) => {
      const epsilonText = size(epsilon, model.threat);
      return { epsilon, epsilonText, value, title: `${name}, ε = ${epsilonText}: ${percent(value)} (${interval(value)})` };
    });
}

function frame(models: readonly ModelResult[]): Omit<CurveData, 'series' | 'isOpen'> | null {
  const [first] = models;
  if (first === undefined) return null;
  const steps = inByteSteps(first.threat);
  const end = Math.max(...models.flatMap((model) => [...model.curve.map((point) => point.epsilon), model.threat.epsilon]));
  const same = models.every((model) => model.threat.epsilon === first.threat.epsilon);
  return {
    end: end > 0 ? end : 1,
    scale: steps ? 255 : 1,
    axis: `size of the change ε (${norm(first.threat.norm)}, ${epsilonUnit(first, steps)})`,
    audited: same ? first.threat.epsilon : null,
    auditedText: `audited: ${size(first.threat.epsilon, first.threat)}`,
  };
}

/** One model's robust accuracy and its noise baseline; null where no curve was measured. */
export function modelCurve(model: ModelResult): CurveData | null {
  const data = frame([model]);
  if (data === null || !model.curve.some((point) => point.robustAccuracy.n > 0)) return null;
  const series: Series[] = [
    {
      name: 'Worst case over the attacks',
      style: 'series-0',
      shape: 'circle',
      places: places(model, 'Worst case', (p) => p.robustAccuracy),
    },
  ];
  if (model.curve.some((point) => point.noiseAccuracy !== null)) {
    series.push({
      name: 'Random noise of the same size',
      style: 'series-noise',
      shape: 'none',
      places: places(model, 'Noise', (p) => p.noiseAccuracy),
    });
  }
  const proved = provedSeries(model);
  return { ...data, series, isOpen: true, ...(proved && { proved }) };
}

/** Certified accuracy, on the examples that certificates were tried on; only what is proved of this model, in the norm that was attacked. */
function provedSeries({ certificates, threat }: ModelResult): Series | undefined {
  if (certificates?.of !== 'model' || certificates.norm !== threat.norm || certificates.curve.length === 0) return undefined;
  const name = `Certified (${certificates.certified.n} of the examples)`;
  return {
    name,
    style: 'series-3',
    shape: 'square',
    places: certificates.curve.map(({ epsilon, certified }) => {
      const epsilonText = size(epsilon, threat);
      return {
        epsilon,
        epsilonText,
        value: certified,
        title: `Certified, ε = ${epsilonText}: ${percent(certified)} (${interval(certified)})`,
      };
    }),
  };
}

/** The robust accuracy of several models on one pair of axes; null where their axes differ. */
export function comparisonCurve(models: readonly ModelResult[]): CurveData | null {
  const drawn = models.filter((model) => model.curve.some((point) => point.robustAccuracy.n > 0));
  const [first] = drawn;
  const data = frame(drawn);
  if (first === undefined || data === null || drawn.length < 2) return null;
  const key = (model: ModelResult): string => `${model.threat.norm} ${model.data.modality} ${inByteSteps(model.threat)}`;
  if (drawn.some((model) => key(model) !== key(first))) return null;
  const series = models.flatMap((model, i) =>
    !drawn.includes(model)
      ? []
      : [
          {
            name: model.name,
            style: `series-${i % 4}`,
            shape: SHAPES[i % 4] ?? 'circle',
            places: places(model, model.name, (p) => p.robustAccuracy),
          },
        ],
  );
  return { ...data, series, isOpen: false };
}
