/** Pad in constant mode; reflect and edge are lowered to Gather. */
import { numbers, type Tensor } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { constantNumbers, typeOf } from './shapes.ts';

/** The transpose cuts the padding off (negative pads crop, and pad back). */
export const pad = linear({
  type: 'Pad',
  family: 'structural',
  infer: (context) => {
    const x = typeOf(context, 0);
    const pads = constantNumbers(context, 1, 'pads');
    const rank = x.shape.length;
    return [{ type: x.type, shape: x.shape.map((dim, i) => dim + (pads[i] as number) + (pads[i + rank] as number)) }];
  },
  transpose: [
    ({ g, inputs, lead }, ct) => {
      const pads = numbers(g.tensor(inputs[1] as never) as Tensor);
      const rank = pads.length / 2;
      const zeros = Array(lead).fill(0);
      return g.pad(
        ct,
        [...zeros, ...pads.slice(0, rank), ...zeros, ...pads.slice(rank)].map((p) => -p),
      );
    },
  ],
});
