/** Div: a/b. */
import { binary } from './families.ts';

/** d/da = 1/b, d/db = −y/b */
export const div = binary({
  type: 'Div',
  left: ({ g, b, cotangent }) => g.div(cotangent, b),
  right: ({ g, b, y, cotangent }) => g.neg(g.div(g.mul(cotangent, y), b)),
});
