/** Elastic deformation: a random affine map, then smooth random displacements (Simard et al. 2003; parameters of arXiv:1903.12261). */
import type { Value } from '../../../onnx/graph.ts';
import type { Rng } from '../../../rng/rng.ts';
import { defineCorruption, type Sketch, uniforms } from '../corruption.ts';
import { areaOf, type Frame } from '../frame.ts';
import { gaussian } from '../graphs/filter.ts';
import { grid, sampled } from '../graphs/sample.ts';

/** As shares of the side that the published figures speak of. */
interface Elastic {
  /** Displacements are smoothed uniform numbers in [−1, 1) times this. */
  readonly strength: number;
  /** Smoothing. */
  readonly sigma: number;
  /** Largest move of the affine map's three points. */
  readonly corner: number;
}

const elastics = (rows: readonly (readonly [number, number, number])[]): Elastic[] =>
  rows.map(([strength, sigma, corner]) => ({ strength, sigma, corner }));

export const elasticTransform = defineCorruption<Elastic>({
  id: 'elastic_transform',
  name: 'Elastic deformation',
  family: 'digital',
  small: elastics([
    [0, 0, 0.08],
    [0.05, 0.2, 0.07],
    [0.08, 0.06, 0.06],
    [0.1, 0.04, 0.05],
    [0.1, 0.03, 0.03],
  ]),
  large: elastics([
    [2, 0.7, 0.1],
    [2, 0.08, 0.2],
    [0.05, 0.01, 0.02],
    [0.07, 0.01, 0.02],
    [0.12, 0.01, 0.02],
  ]),
  text: ({ strength, sigma, corner }) => `strength ${strength}, σ ${sigma}, corners ${corner} of the side`,
  draw: ({ corner }, frame, rng) => ({
    affine: affine(corner * side(frame), frame, rng),
    down: uniforms(rng, areaOf(frame), -1, 1),
    right: uniforms(rng, areaOf(frame), -1, 1),
  }),
  graph: (sketch, x, p) => {
    const { g, frame, drawn } = sketch;
    const tilted = tilt(sketch, x);
    if (p.strength === 0) return tilted;
    const { height, width } = frame;
    const moved = (name: string): Value => {
      const noise = g.reshape(drawn(name, [areaOf(frame)]), [frame.batch, 1, height, width]);
      const smooth = gaussian(g, noise, p.sigma * side(frame), { truncate: 3, border: 'reflect' });
      return g.reshape(g.mul(smooth, g.scalar(p.strength * side(frame))), [frame.batch, height * width]);
    };
    const { rows, columns } = grid(g, height, width);
    return sampled(g, tilted, g.add(rows, moved('down')), g.add(columns, moved('right')), 'reflect');
  },
});

/** ImageNet-C counts from 244 px on pictures of 224. */
const side = ({ set, scale }: Frame): number => (set === 'small' ? 32 : 244) * scale;

/** x at affine·(column, row, 1), mirrored outside. */
function tilt({ g, frame, drawn }: Sketch, x: Value): Value {
  const map = drawn('affine', [6]);
  const entry = (i: number): Value => g.slice(map, 1, i, i + 1);
  const { rows, columns } = grid(g, frame.height, frame.width);
  const line = (i: number): Value => g.add(g.add(g.mul(entry(i), columns), g.mul(entry(i + 1), rows)), entry(i + 2));
  return sampled(g, x, line(3), line(0), 'mirror');
}

type Point = readonly [x: number, y: number];

/** The map from the new picture to the old that takes three points, each moved by up to `reach` px in x and y, back to where they were. */
function affine(reach: number, { height, width }: Frame, rng: Rng): Float32Array {
  const [cx, cy] = [Math.floor(height / 2), Math.floor(width / 2)];
  const third = Math.max(1, Math.floor(Math.min(height, width) / 3));
  const before: Point[] = [
    [cx + third, cy + third],
    [cx + third, cy - third],
    [cx - third, cy - third],
  ];
  const moved = (v: number): number => v + reach * (2 * rng.uniform() - 1);
  const after = before.map(([x, y]): Point => [moved(x), moved(y)]);
  return Float32Array.from(
    [0, 1].flatMap((i) =>
      plane(
        after,
        before.map((point) => point[i] as number),
      ),
    ),
  );
}

/** a, b, c with a·x + b·y + c = value at three points, by Cramer's rule. */
function plane(points: readonly Point[], values: readonly number[]): number[] {
  const [[x0, y0], [x1, y1], [x2, y2]] = points as [Point, Point, Point];
  const [v0, v1, v2] = values as [number, number, number];
  const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  const a = ((v1 - v0) * (y2 - y0) - (v2 - v0) * (y1 - y0)) / area;
  const b = ((x1 - x0) * (v2 - v0) - (x2 - x0) * (v1 - v0)) / area;
  return [a, b, v0 - a * x0 - b * y0];
}
