/** Pow: a^b. */
import { numbers } from '../onnx/tensor.ts';
import { binary } from './families.ts';

/** d/da = b·a^(b−1); d/db = y·ln a, taken as 0 where a ≤ 0. */
export const pow = binary({
  type: 'Pow',
  left: ({ g, a, b, cotangent }) => {
    const exponent = g.tensor(b);
    const two = exponent && numbers(exponent).every((value) => value === 2);
    return g.mul(cotangent, g.mul(b, two ? a : g.node('Pow', [a, g.sub(b, g.scalar(1, b))])));
  },
  right: ({ g, a, y, cotangent }) => {
    const ln = g.where(g.greater(a, g.scalar(0, a)), g.node('Log', [g.max(a, g.scalar(1e-30, a))]), g.scalar(0, a));
    return g.mul(cotangent, g.mul(y, ln));
  },
});
