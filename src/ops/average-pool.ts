/** AveragePool. */
import { int, intOf, ints, intsOf, type Node, type Value } from '../onnx/graph.ts';
import { floats, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import type { GradientContext } from './rule.ts';
import { listOf, slide, typeOf, type Window, windowOf } from './shapes.ts';
import { upsampled } from './upsample.ts';

export const averageWindow = (node: Node, shape: readonly number[]): Window =>
  windowOf(node, shape.slice(2), intsOf(node, 'kernel_shape', []));

export const averagePool = linear({
  type: 'AveragePool',
  infer: (context) => {
    const x = typeOf(context, 0);
    return [{ type: x.type, shape: [...x.shape.slice(0, 2), ...slide(x.shape.slice(2), averageWindow(context.node, x.shape))] }];
  },
  transpose: [transposeInput],
});

/** Each output shares its cotangent equally among the inputs that it averaged. */
function transposeInput({ g, node, inputs, lead }: GradientContext, ct: Value): Value {
  const x = inputs[0] as Value;
  const window = averageWindow(node, x.shape);
  const { kernel, strides, pads, dilations } = window;
  const spatial = x.shape.slice(2);
  const out = slide(spatial, window);
  const tiles =
    kernel.every((k, i) => k === strides[i] && dilations[i] === 1 && (out[i] as number) * k === spatial[i]) && pads.every((p) => p === 0);
  const share = g.mul(ct, g.constant(reciprocalCounts(node, x, window)));
  if (tiles) return upsampled(g, share, kernel, lead);
  const channels = x.shape[1] as number;
  const ones = g.expand(g.scalar(1, x), [channels, 1, ...kernel]);
  const n = kernel.length;
  // Windows that hang over the end (ceil mode) are cut by the last pads.
  const reach = out.map((o, i) => (o - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1);
  const over = reach.map((r, i) => r - (spatial[i] as number) - (pads[i] as number));
  const attributes = {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    group: int(channels),
    pads: ints([...pads.slice(0, n), ...over.map((o) => Math.max(o, 0))]),
    output_padding: ints(over.map((o) => Math.max(-o, 0))),
  };
  return g.folded(share, lead, (rows) => g.node('ConvTranspose', [rows, ones], attributes));
}

/** 1 / (number of elements averaged) for each output position. */
export function reciprocalCounts(node: Node, x: Value, window: Window): Tensor {
  const { kernel, strides, dilations, pads } = window;
  const spatial = x.shape.slice(2);
  const out = slide(spatial, window);
  const includePad = intOf(node, 'count_include_pad', 0) === 1;
  const counts = out.map((o, i) =>
    listOf(o, (p) => {
      const [size, begin, end] = [spatial[i] as number, pads[i] as number, pads[i + kernel.length] as number];
      let count = 0;
      for (let k = 0; k < (kernel[i] as number); k++) {
        const at = p * (strides[i] as number) + k * (dilations[i] as number) - begin;
        if (includePad ? at < size + end : at >= 0 && at < size) count++;
      }
      return count;
    }),
  );
  const values = counts.reduce<number[]>((products, axis) => products.flatMap((product) => axis.map((count) => product * count)), [1]);
  if (values.length !== sizeOf(out)) throw new RangeError('counts do not cover the output');
  return floats(
    values.map((count) => 1 / count),
    [1, 1, ...out],
    x.type,
  );
}
