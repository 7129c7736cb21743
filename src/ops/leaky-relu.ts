/** LeakyRelu: x where x ≥ 0, alpha·x elsewhere. */
import { floatOf } from '../onnx/graph.ts';
import { unary } from './families.ts';

/** d = [x > 0] + alpha·[x ≤ 0]; at 0 the derivative is alpha, as in PyTorch. */
export const leakyRelu = unary({
  type: 'LeakyRelu',
  derivative: ({ g, node, x }) => {
    const alpha = floatOf(node, 'alpha', 0.01);
    return g.add(g.mul(g.positive(x), g.scalar(1 - alpha, x)), g.scalar(alpha, x));
  },
});
