/** Sin. */
import { unary } from './families.ts';
import { SINE, waveInterval, waveRelaxation } from './waves.ts';

/** d = cos x */
export const sin = unary({
  type: 'Sin',
  derivative: ({ g, x }) => g.node('Cos', [x]),
  interval: (context) => waveInterval(context, SINE),
  relax: (context) => waveRelaxation(context, SINE),
  kernelError: { absolute: 4e-7 },
});
