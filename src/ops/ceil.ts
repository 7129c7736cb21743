/** Ceil. Straight-through gradient, named in the report. */
import { unary } from './families.ts';

export const ceil = unary({ type: 'Ceil', differentiable: 'straight-through', pull: ({ cotangent }) => cotangent });
