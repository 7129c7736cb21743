/** Sub: a − b. */
import { binary } from './families.ts';

export const sub = binary({ type: 'Sub', left: ({ cotangent }) => cotangent, right: ({ g, cotangent }) => g.neg(cotangent) });
