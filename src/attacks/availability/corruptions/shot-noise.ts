/** Shot noise: Poisson counts of photons, Poisson(c·x)/c (arXiv:1903.12261). */
import { poissonTable } from '../../../rng/poisson.ts';
import { defineCorruption } from '../corruption.ts';

export const shotNoise = defineCorruption<number>({
  id: 'shot_noise',
  name: 'Shot noise',
  family: 'noise',
  small: [500, 250, 100, 75, 50],
  large: [60, 25, 12, 5, 3],
  text: (photons) => `${photons} photons at white`,
  draw: (photons, _, rng, picture) => {
    const quantile = poissonTable();
    return { counts: picture.map((v) => quantile(rng.uniform(), photons * Math.max(0, v))) };
  },
  graph: ({ g, drawn }, x, photons) => g.mul(drawn('counts', x.shape.slice(1)), g.scalar(1 / photons)),
});
