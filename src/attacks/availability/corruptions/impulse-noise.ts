/** Impulse noise, or salt and pepper: a share of the values becomes 0 or 1, as bit errors do (arXiv:1903.12261). */
import { defineCorruption, uniforms } from '../corruption.ts';

export const impulseNoise = defineCorruption<number>({
  id: 'impulse_noise',
  name: 'Impulse noise',
  family: 'noise',
  small: [0.01, 0.02, 0.03, 0.05, 0.07],
  large: [0.03, 0.06, 0.09, 0.17, 0.27],
  text: (share) => `${Math.round(100 * share)} % of the values`,
  draw: (_, __, rng, picture) => ({ luck: uniforms(rng, picture.length) }),
  graph: ({ g, drawn }, x, share) => {
    const luck = drawn('luck', x.shape.slice(1));
    const struck = g.where(g.less(luck, g.scalar(share / 2)), g.scalar(0), g.scalar(1));
    return g.where(g.less(luck, g.scalar(share)), struck, x);
  },
});
