/** Identity. */
import { unary } from './families.ts';

export const identity = unary({ type: 'Identity', pull: ({ cotangent }) => cotangent, interval: 'increasing', affine: true });
