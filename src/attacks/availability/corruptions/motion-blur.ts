/** Motion blur in a direction within 45 degrees of the horizontal, as ImageMagick draws it (arXiv:1903.12261). */
import { defineCorruption } from '../corruption.ts';
import { along, stepsTowards, trail } from '../graphs/sample.ts';

export interface Motion {
  readonly radius: number;
  readonly sigma: number;
}

const motions = (rows: readonly (readonly [number, number])[]): Motion[] => rows.map(([radius, sigma]) => ({ radius, sigma }));

export const motionBlur = defineCorruption<Motion>({
  id: 'motion_blur',
  name: 'Motion blur',
  family: 'blur',
  small: motions([
    [6, 1],
    [6, 1.5],
    [6, 2],
    [8, 2],
    [9, 2.5],
  ]),
  large: motions([
    [10, 3],
    [15, 5],
    [15, 8],
    [15, 12],
    [20, 15],
  ]),
  text: ({ radius, sigma }) => `radius ${radius} px, σ ${sigma} px`,
  draw: ({ radius }, { scale }, rng) => ({ steps: stepsTowards(90 * rng.uniform() - 45, 2 * scaledRadius(radius, scale) + 1) }),
  graph: ({ g, frame: { scale }, drawn }, x, { radius, sigma }) => {
    const weights = trail(scaledRadius(radius, scale), sigma * scale);
    return along(g, x, drawn('steps', [2, weights.length]), weights);
  },
});

export const scaledRadius = (radius: number, scale: number): number => Math.max(1, Math.round(radius * scale));
