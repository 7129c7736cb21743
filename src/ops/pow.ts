/** Pow: a^b. */
import { numbers } from '../onnx/tensor.ts';
import { binary } from './families.ts';

/** d/da = b·a^(b−1), 0 where b = 0; d/db = y·ln a, taken as 0 where a ≤ 0. */
export const pow = binary({
  type: 'Pow',
  left: ({ g, a, b, cotangent }) => {
    const known = g.tensor(b);
    const exponents = known ? numbers(known) : undefined;
    if (exponents?.every((value) => value === 2)) return g.mul(cotangent, g.mul(b, a));
    const power = g.node('Pow', [a, g.sub(b, g.scalar(1, b))]);
    // 0⁻¹ is infinite, and 0 times that is no number.
    const safe = exponents?.every((value) => value !== 0) ? power : g.where(g.equal(b, g.scalar(0, b)), g.scalar(0, a), power);
    return g.mul(cotangent, g.mul(b, safe));
  },
  right: ({ g, a, y, cotangent }) => {
    const ln = g.where(g.greater(a, g.scalar(0, a)), g.node('Log', [g.max(a, g.scalar(1e-30, a))]), g.scalar(0, a));
    return g.mul(cotangent, g.mul(y, ln));
  },
});
