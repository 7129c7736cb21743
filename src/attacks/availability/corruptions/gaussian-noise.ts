/** Gaussian noise: x + N(0, σ²), as in low light (Hendrycks & Dietterich, arXiv:1903.12261). */
import { defineCorruption, normals } from '../corruption.ts';

export const gaussianNoise = defineCorruption<number>({
  id: 'gaussian_noise',
  name: 'Gaussian noise',
  family: 'noise',
  small: [0.04, 0.06, 0.08, 0.09, 0.1],
  large: [0.08, 0.12, 0.18, 0.26, 0.38],
  text: (sigma) => `σ ${sigma}`,
  draw: (_, __, rng, picture) => ({ noise: normals(rng, picture.length) }),
  graph: ({ g, drawn }, x, sigma) => g.add(x, g.mul(drawn('noise', x.shape.slice(1)), g.scalar(sigma))),
});
