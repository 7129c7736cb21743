/** Round: to the nearest even integer. Straight-through gradient (Bengio et al., arXiv:1308.3432), named in the report. */
import { unary } from './families.ts';

export const round = unary({ type: 'Round', differentiable: 'straight-through', pull: ({ cotangent }) => cotangent });
