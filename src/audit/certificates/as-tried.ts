/** What a certifier breaks itself counts like what an audit's attacks break: the worst case of an example is over everything that was tried. */
import { proportion } from '../../stats/proportion.ts';
import { distanceIn, type Metric } from '../../threat/metric.ts';
import type { Tried } from '../ran.ts';
import type { CurvePoint, SampleResult } from '../result.ts';
import type { Broken } from './witness.ts';

/** By the attacks that found it. */
export function asTried({ witnesses, saved }: Broken, right: (index: number) => number): Tried[] {
  const ids = [...new Set([...witnesses.values()].map(({ attack }) => attack))];
  return ids.map((id) => {
    const own = [...witnesses].filter(([, { attack }]) => attack === id);
    return {
      unit: { id, knowledge: 'scores' },
      items: own.map(([index]) => ({ index, label: right(index) })),
      save: saved,
      replies: new Map(
        own.map(
          ([
            index,
            {
              label,
              confidence,
              distances: { l0, l1, l2, linf, ssim },
              survives8bit,
            },
          ]) => [
            index,
            {
              ...{ index, broken: true, label, confidence: confidence ?? 0, distances: { l0, l1, l2, linf, ssim } },
              ...{ broken8bit: survives8bit, queries: 0, gradients: 0 },
            },
          ],
        ),
      ),
    };
  });
}

/**
 * The points of a curve with what a certifier broke beside it. An example that no attack had broken stood at every radius up to epsilon; beyond, no more can
 * stand than at epsilon.
 * @param before samples as the attacks alone left them
 */
export function curveWith(
  points: readonly CurvePoint[],
  { witnesses }: Broken,
  { before, epsilon, norm }: { readonly before: readonly SampleResult[]; readonly epsilon: number; readonly norm: Metric },
): CurvePoint[] {
  const stood = new Set(before.filter(({ label, clean, adversarial }) => clean.label === label && !adversarial).map(({ index }) => index));
  const fell = [...witnesses].filter(([index]) => stood.has(index)).map(([, { distances }]) => distanceIn(distances, norm));
  let least = Number.POSITIVE_INFINITY;
  return points.map((point) => {
    const { count, n } = point.robustAccuracy;
    // Everything that was found within epsilon was, whatever float32 makes of its distance.
    const more = point.epsilon < epsilon ? fell.filter((distance) => distance <= point.epsilon).length : fell.length;
    const left = point.epsilon <= epsilon ? count - more : Math.min(count, least);
    least = Math.min(least, left);
    return left === count ? point : { ...point, robustAccuracy: proportion(left, n) };
  });
}
