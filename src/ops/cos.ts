/** Cos. */
import { unary } from './families.ts';
import { COSINE, waveInterval, waveRelaxation } from './waves.ts';

/** d = −sin x */
export const cos = unary({
  type: 'Cos',
  derivative: ({ g, x }) => g.neg(g.node('Sin', [x])),
  interval: (context) => waveInterval(context, COSINE),
  relax: (context) => waveRelaxation(context, COSINE),
  kernelError: { absolute: 4e-7 },
});
