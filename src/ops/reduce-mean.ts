/** ReduceMean over constant axes. */
import { sizeOf } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { reduced, unreduced } from './reduce.ts';

/** The transpose spreads the cotangent, divided by the number of averaged elements. */
export const reduceMean = linear({
  type: 'ReduceMean',
  infer: reduced,
  transpose: [
    (context, ct) => {
      const { g, inputs, outputs, lead } = context;
      const shape = inputs[0]?.shape ?? [];
      const count = sizeOf(shape) / sizeOf(outputs[0]?.shape ?? []);
      const share = g.mul(unreduced(context, ct), g.scalar(1 / count, ct));
      return g.expand(share, [...ct.shape.slice(0, lead), ...shape]);
    },
  ],
});
