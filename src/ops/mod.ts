/** Mod: the remainder of a/b, with the sign of b, or (fmod) of a. */
import { isFloat } from '../onnx/tensor.ts';
import { binary } from './families.ts';

/** y = a − q·b with a whole q: d/da = 1, d/db = −q = (y − a)/b */
export const mod = binary({
  type: 'Mod',
  left: ({ a, cotangent }) => (isFloat(a.type) ? cotangent : undefined),
  right: ({ g, a, b, y, cotangent }) => (isFloat(b.type) ? g.mul(cotangent, g.div(g.sub(y, a), b)) : undefined),
});
