/** Resize by whole factors, nearest neighbour; other modes are lowered to MatMul. */
import type { Value } from '../onnx/graph.ts';
import { linear } from './families.ts';
import { constantNumbers, shapeError, typeOf } from './shapes.ts';

/** The transpose sums over each block of repeated elements. */
export const resize = linear({
  type: 'Resize',
  infer: (context) => {
    const x = typeOf(context, 0);
    const scales = constantNumbers(context, 2, 'scales');
    if (scales.some((scale) => !Number.isInteger(scale) || scale < 1)) shapeError(context.node, `scales [${scales}] are not whole numbers`);
    return [{ type: x.type, shape: x.shape.map((dim, i) => dim * (scales[i] as number)) }];
  },
  transpose: [
    ({ g, inputs, outputs, lead }, ct) => {
      const x = inputs[0] as Value;
      const factors = x.shape.map((dim, i) => ((outputs[0] as Value).shape[i] as number) / dim);
      const front = ct.shape.slice(0, lead);
      const blocks = g.reshape(ct, [...front, ...x.shape.flatMap((dim, i) => [dim, factors[i] as number])]);
      return g.sum(
        blocks,
        x.shape.map((_, i) => lead + 2 * i + 1),
      );
    },
  ],
});
