/** Min: the smaller of a and b. */
import { binary } from './families.ts';

/** The gradient goes to the smaller operand; to the first one on a tie. */
export const min = binary({
  type: 'Min',
  family: 'selection',
  left: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.node('LessOrEqual', [a, b]), a.type)),
  right: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.greater(a, b), a.type)),
});
