/** Add: a + b. */
import { binary } from './families.ts';
import { ends } from './intervals.ts';

export const add = binary({
  type: 'Add',
  left: ({ cotangent }) => cotangent,
  right: ({ cotangent }) => cotangent,
  interval: ends,
  affine: () => true,
});
