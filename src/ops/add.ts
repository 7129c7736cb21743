/** Add: a + b. */
import { binary } from './families.ts';

export const add = binary({ type: 'Add', left: ({ cotangent }) => cotangent, right: ({ cotangent }) => cotangent });
