/** Floor. Straight-through gradient, named in the report. */
import { unary } from './families.ts';

export const floor = unary({ type: 'Floor', differentiable: 'straight-through', pull: ({ cotangent }) => cotangent });
