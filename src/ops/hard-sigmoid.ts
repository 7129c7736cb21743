/** HardSigmoid: clip(alpha·x + beta, 0, 1). */
import { floatOf } from '../onnx/graph.ts';
import { unary } from './families.ts';
import { ends, swappedEnds } from './intervals.ts';

/** d = alpha strictly inside the ramp, 0 elsewhere. */
export const hardSigmoid = unary({
  type: 'HardSigmoid',
  interval: (context) => (floatOf(context.node, 'alpha', 0.2) < 0 ? swappedEnds(context) : ends(context)),
  derivative: ({ g, node, y }) => {
    const inside = g.and(g.greater(y, g.scalar(0, y)), g.less(y, g.scalar(1, y)));
    return g.mul(g.cast(inside, y.type), g.scalar(floatOf(node, 'alpha', 0.2), y));
  },
});
