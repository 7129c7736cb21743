/** Mul: a·b. */
import { binary } from './families.ts';

export const mul = binary({
  type: 'Mul',
  family: 'bilinear',
  left: ({ g, b, cotangent }) => g.mul(cotangent, b),
  right: ({ g, a, cotangent }) => g.mul(cotangent, a),
});
