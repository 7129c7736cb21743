/** CumSum along a constant axis. */
import { int, intOf } from '../onnx/graph.ts';
import { numbers, type Tensor } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { fromBack, typeOf } from './shapes.ts';

/** The transpose is the same sum in the other direction. */
export const cumSum = linear({
  type: 'CumSum',
  infer: (context) => [typeOf(context, 0)],
  transpose: [
    ({ g, node, inputs }, ct) => {
      const axis = fromBack(numbers(g.tensor(inputs[1] as never) as Tensor)[0] as number, inputs[0]?.shape.length ?? 0);
      const reverse = 1 - intOf(node, 'reverse', 0);
      return g.node('CumSum', [ct, g.scalar(axis, { type: 'int64' })], {
        reverse: int(reverse),
        exclusive: int(intOf(node, 'exclusive', 0)),
      });
    },
  ],
});
