/** MaxPool. The gradient of a window goes to the first of its largest elements, as in PyTorch and TensorFlow. */
import { int, ints, intsOf, type Node, type Value } from '../onnx/graph.ts';
import { floats, sizeOf } from '../onnx/tensor.ts';
import { im2col } from './im2col.ts';
import type { GradientContext, OpRule } from './rule.ts';
import { listOf, slide, typeOf, type Window, windowOf } from './shapes.ts';
import { upsampled } from './upsample.ts';

const poolWindow = (node: Node, shape: readonly number[]): Window => windowOf(node, shape.slice(2), intsOf(node, 'kernel_shape', []));

export const maxPool: OpRule = {
  type: 'MaxPool',
  family: 'selection',
  differentiable: 'exact',
  infer: (context) => {
    const x = typeOf(context, 0);
    return [{ type: x.type, shape: [...x.shape.slice(0, 2), ...slide(x.shape.slice(2), poolWindow(context.node, x.shape))] }];
  },
  gradient: (context) => {
    const x = context.inputs[0] as Value;
    const window = poolWindow(context.node, x.shape);
    return [tiles(x, window) ? tiled(context, window) : overlapping(context, window)];
  },
};

/** Do the windows tile the input without overlap, gap or padding? */
function tiles(x: Value, window: Window): boolean {
  const { kernel, strides, dilations, pads } = window;
  const out = slide(x.shape.slice(2), window);
  return (
    pads.every((p) => p === 0) &&
    kernel.every((k, i) => k === strides[i] && dilations[i] === 1 && k * (out[i] as number) === x.shape[i + 2])
  );
}

/** Every element is compared with its window's maximum; among equals a weight that falls with the position picks the first. */
function tiled({ g, inputs, outputs, cotangents, lead }: GradientContext, { kernel }: Window): Value {
  const [x, y, ct] = [inputs[0] as Value, outputs[0] as Value, cotangents[0] as Value];
  const hit = g.cast(g.equal(x, upsampled(g, y, kernel)), x.type);
  const weight = g.mul(hit, g.constant(positionWeights(x, kernel)));
  const best = g.node('MaxPool', [weight], { kernel_shape: ints(kernel), strides: ints(kernel) });
  const first = g.equal(weight, upsampled(g, best, kernel));
  return g.mul(upsampled(g, ct, kernel, lead), g.cast(first, x.type));
}

/** K, K − 1, …, 1 over the positions of each window, in row-major order, laid out like the input. */
function positionWeights(x: Value, kernel: readonly number[]): ReturnType<typeof floats> {
  const spatial = x.shape.slice(2);
  const total = sizeOf(kernel);
  const values = listOf(sizeOf(spatial), (flat) => {
    let [rest, rank, scale] = [flat, 0, 1];
    for (let i = spatial.length - 1; i >= 0; i--) {
      rank += ((rest % (spatial[i] as number)) % (kernel[i] as number)) * scale;
      scale *= kernel[i] as number;
      rest = Math.floor(rest / (spatial[i] as number));
    }
    return total - rank;
  });
  return floats(values, [1, 1, ...spatial], x.type);
}

/** The general form: windows as columns, the first maximum of each column, and the transpose of taking windows. */
function overlapping({ g, inputs, outputs, cotangents, lead }: GradientContext, window: Window): Value {
  const [x, y, ct] = [inputs[0] as Value, outputs[0] as Value, cotangents[0] as Value];
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const columns = im2col(g, x, window, g.scalar(Number.NEGATIVE_INFINITY, x));
  const [total, positions] = columns.shape.slice(2) as [number, number];
  const hit = g.cast(g.equal(columns, g.reshape(y, [batch, channels, 1, positions])), x.type);
  const ramp = g.constant(
    floats(
      listOf(total, (i) => total - i),
      [total, 1],
      x.type,
    ),
  );
  const weight = g.mul(hit, ramp);
  const first = g.cast(g.equal(weight, g.node('ReduceMax', [weight, g.ints([2])], { keepdims: int(1) })), x.type);
  const front = ct.shape.slice(0, lead);
  const spreadOut = g.mul(g.reshape(ct, [...front, batch, channels, 1, positions]), g.mul(first, hit));
  return scattered(g, spreadOut, { spatial, window, lead });
}

/** The transpose of im2col: adds columns [lead…, B, C, K, P] up into [lead…, B, C, …spatial]. */
function scattered(
  g: GradientContext['g'],
  columns: Value,
  { spatial, window, lead }: { spatial: readonly number[]; window: Window; lead: number },
): Value {
  const { kernel, strides, dilations, pads } = window;
  const out = slide(spatial, window);
  const front = columns.shape.slice(0, lead + 2);
  const rows = sizeOf(front);
  // A convolution with one-hot kernels puts each column entry back at its place: K channels in, one out.
  const total = sizeOf(kernel);
  const eye = floats(
    listOf(total * total, (i) => (i % (total + 1) === 0 ? 1 : 0)),
    [total, 1, ...kernel],
    columns.type,
  );
  const n = kernel.length;
  const reach = out.map((o, i) => (o - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1);
  const over = reach.map((r, i) => r - (spatial[i] as number) - (pads[i] as number));
  const image = g.node('ConvTranspose', [g.reshape(columns, [rows, total, ...out]), g.constant(eye)], {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints([...pads.slice(0, n), ...over.map((o) => Math.max(o, 0))]),
    output_padding: ints(over.map((o) => Math.max(-o, 0))),
  });
  return g.reshape(image, [...front, ...spatial]);
}
