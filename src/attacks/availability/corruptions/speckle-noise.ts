/** Speckle noise: x + x·N(0, σ²), noise that grows with the signal (arXiv:1903.12261). */
import { defineCorruption, normals } from '../corruption.ts';

export const speckleNoise = defineCorruption<number>({
  id: 'speckle_noise',
  name: 'Speckle noise',
  family: 'noise',
  isExtra: true,
  small: [0.06, 0.1, 0.12, 0.16, 0.2],
  large: [0.15, 0.2, 0.35, 0.45, 0.6],
  text: (sigma) => `σ ${sigma} of the value`,
  draw: (_, __, rng, picture) => ({ noise: normals(rng, picture.length) }),
  graph: ({ g, drawn }, x, sigma) => g.add(x, g.mul(x, g.mul(drawn('noise', x.shape.slice(1)), g.scalar(sigma)))),
});
