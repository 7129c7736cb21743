/** Max: the larger of a and b; in the form for bounds, the largest of any number of values. */
import type { Value } from '../onnx/graph.ts';
import { binary } from './families.ts';
import { ends } from './intervals.ts';
import { largestRelaxation } from './largest.ts';
import type { GradientContext, OpRule } from './rule.ts';

/** Of two operands. */
const pair = binary({
  type: 'Max',
  family: 'selection',
  interval: ends,
  relax: largestRelaxation,
  left: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.node('GreaterOrEqual', [a, b]), a.type)),
  right: ({ g, a, b, cotangent }) => g.mul(cotangent, g.cast(g.less(a, b), a.type)),
});

/** The gradient goes to the largest operand; to the first one on a tie. */
export const max: OpRule = {
  ...pair,
  gradient: (context) => (context.inputs.length > 2 ? ofSeveral(context) : pair.gradient(context)),
};

function ofSeveral({ g, inputs, outputs, cotangents, wants }: GradientContext): (Value | undefined)[] {
  const [y, cotangent] = [outputs[0] as Value, cotangents[0] as Value];
  let left = g.scalar(1, y);
  return inputs.map((x, i) => {
    const isLargest = g.cast(g.equal(x as Value, y), y.type);
    const own = g.mul(left, isLargest);
    left = g.mul(left, g.sub(g.scalar(1, y), isLargest));
    return wants(i) ? g.mul(cotangent, own) : undefined;
  });
}
