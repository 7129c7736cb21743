/** Snow: enlarged specks with motion blur fall on a picture that is made paler (arXiv:1903.12261). */
import type { GraphBuilder } from '../../../onnx/build.ts';
import { int, type Value } from '../../../onnx/graph.ts';
import { defineCorruption, normals } from '../corruption.ts';
import { areaOf } from '../frame.ts';
import { luminance } from '../graphs/colour.ts';
import { separable } from '../graphs/filter.ts';
import { along, stepsTowards, trail } from '../graphs/sample.ts';
import { scaledRadius } from './motion-blur.ts';
import { zoomMatrix } from './zoom-blur.ts';

interface Snow {
  readonly mean: number;
  readonly deviation: number;
  readonly zoom: number;
  /** Specks below it vanish. */
  readonly least: number;
  readonly radius: number;
  readonly sigma: number;
  /** What is left of the picture's own colours. */
  readonly kept: number;
}

const snows = (rows: readonly (readonly number[])[]): Snow[] =>
  rows.map((row) => {
    const [mean, deviation, zoom, least, radius, sigma, kept] = row as [number, number, number, number, number, number, number];
    return { mean, deviation, zoom, least, radius, sigma, kept };
  });

export const snow = defineCorruption<Snow>({
  id: 'snow',
  name: 'Snow',
  family: 'weather',
  small: snows([
    [0.1, 0.2, 1, 0.6, 8, 3, 0.95],
    [0.1, 0.2, 1, 0.5, 10, 4, 0.9],
    [0.15, 0.3, 1.75, 0.55, 10, 4, 0.9],
    [0.25, 0.3, 2.25, 0.6, 12, 6, 0.85],
    [0.3, 0.3, 1.25, 0.65, 14, 12, 0.8],
  ]),
  large: snows([
    [0.1, 0.3, 3, 0.5, 10, 4, 0.8],
    [0.2, 0.3, 2, 0.5, 12, 4, 0.7],
    [0.55, 0.3, 4, 0.9, 12, 8, 0.7],
    [0.55, 0.3, 4.5, 0.85, 12, 8, 0.65],
    [0.55, 0.3, 2.5, 0.85, 12, 12, 0.55],
  ]),
  text: ({ mean, deviation, zoom, least, radius, sigma, kept }) =>
    `specks N(${mean}, ${deviation}²) × ${zoom}, above ${least}; trails ${radius} px, σ ${sigma} px; ${Math.round(100 * kept)} % of the picture`,
  draw: ({ radius }, frame, rng) => ({
    specks: normals(rng, areaOf(frame)),
    steps: stepsTowards(-135 + 90 * rng.uniform(), 2 * scaledRadius(radius, frame.scale) + 1),
  }),
  graph: ({ g, frame, drawn }, x, p) => {
    const { batch, height, width, scale } = frame;
    const noise = g.reshape(drawn('specks', [areaOf(frame)]), [batch, 1, height, width]);
    const raw = g.add(g.mul(noise, g.scalar(p.deviation)), g.scalar(p.mean));
    const enlarged = separable(g, raw, zoomMatrix(height, p.zoom), zoomMatrix(width, p.zoom));
    const specks = g.where(g.less(enlarged, g.scalar(p.least)), g.scalar(0), g.clip(enlarged, 0, 1));
    const weights = trail(scaledRadius(p.radius, scale), p.sigma * scale);
    const flakes = along(g, specks, drawn('steps', [2, weights.length]), weights);
    const pale = g.max(x, g.add(g.mul(luminance(g, x), g.scalar(1.5)), g.scalar(0.5)));
    const winter = g.add(g.mul(x, g.scalar(p.kept)), g.mul(pale, g.scalar(1 - p.kept)));
    return g.add(winter, g.add(flakes, turned(g, flakes)));
  },
});

/** By 180 degrees. */
function turned(g: GraphBuilder, x: Value): Value {
  const [, , height, width] = x.shape as [number, number, number, number];
  const backwards = (size: number): Value => g.ints(Array.from({ length: size }, (_, i) => size - 1 - i));
  return g.node('Gather', [g.node('Gather', [x, backwards(height)], { axis: int(2) }), backwards(width)], { axis: int(3) });
}
