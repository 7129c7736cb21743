/** Gaussian blur (arXiv:1903.12261). */
import { defineCorruption } from '../corruption.ts';
import { gaussian } from '../graphs/filter.ts';

export const gaussianBlur = defineCorruption<number>({
  id: 'gaussian_blur',
  name: 'Gaussian blur',
  family: 'blur',
  isExtra: true,
  small: [0.4, 0.6, 0.7, 0.8, 1],
  large: [1, 2, 3, 4, 6],
  text: (sigma) => `σ ${sigma} px`,
  graph: ({ g, frame }, x, sigma) => gaussian(g, x, sigma * frame.scale),
});
