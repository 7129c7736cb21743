/** Dropout as it is at inference: the identity. Steps use it where a value is to have no gradient, since ONNX has no operator for that. */
import { unary } from './families.ts';

export const dropout = unary({ type: 'Dropout', differentiable: 'zero' });
