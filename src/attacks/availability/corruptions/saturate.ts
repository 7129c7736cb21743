/** Saturation: the S of HSV is multiplied and raised, hue and value stay (arXiv:1903.12261). */
import { defineCorruption } from '../corruption.ts';
import { brightest, paint } from '../graphs/colour.ts';

interface Saturation {
  readonly factor: number;
  readonly by: number;
}

const saturations = (rows: readonly (readonly [number, number])[]): Saturation[] => rows.map(([factor, by]) => ({ factor, by }));

export const saturate = defineCorruption<Saturation>({
  id: 'saturate',
  name: 'Saturation',
  family: 'digital',
  isExtra: true,
  channels: [3],
  small: saturations([
    [0.3, 0],
    [0.1, 0],
    [1.5, 0],
    [2, 0.1],
    [2.5, 0.2],
  ]),
  large: saturations([
    [0.3, 0],
    [0.1, 0],
    [2, 0],
    [5, 0.1],
    [20, 0.2],
  ]),
  text: ({ factor, by }) => `S · ${factor}${by === 0 ? '' : ` + ${by}`}`,
  graph: ({ g }, x, { factor, by }) => {
    const value = brightest(g, x);
    const missing = g.sub(value, x);
    const most = g.reduceMax(missing, [1], true);
    const isGrey = g.less(most, g.scalar(1e-6));
    const old = g.div(most, g.max(value, g.scalar(1e-6)));
    const fresh = g.clip(g.add(g.mul(old, g.scalar(factor)), g.scalar(by)), 0, 1);
    const coloured = g.sub(value, g.mul(missing, g.div(fresh, g.max(old, g.scalar(1e-6)))));
    // Grey has hue 0, which is red.
    const red = g.mul(value, g.sub(g.scalar(1), g.mul(fresh, paint(g, [0, 255, 255], 3))));
    return g.where(isGrey, red, coloured);
  },
});
