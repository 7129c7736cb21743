/** Conv of any dimension, with groups, strides, dilations and pads: bilinear in input and weights. */
import { int, ints, type Node, type Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { im2col } from './im2col.ts';
import type { GradientContext } from './rule.ts';
import { shapeError, slide, typeOf, type Window, windowOf } from './shapes.ts';

const convWindow = (node: Node, x: readonly number[], w: readonly number[]): Window => windowOf(node, x.slice(2), w.slice(2));

export const conv = linear({
  type: 'Conv',
  family: 'bilinear',
  infer: (context) => {
    const [x, w] = [typeOf(context, 0), typeOf(context, 1)];
    if (x.shape.length !== w.shape.length || x.shape.length < 3)
      shapeError(context.node, `input [${x.shape}] does not fit weights [${w.shape}]`);
    const window = convWindow(context.node, x.shape, w.shape);
    if (x.shape[1] !== (w.shape[1] as number) * window.group) {
      shapeError(context.node, `input [${x.shape}] has ${x.shape[1]} channels, the weights take ${(w.shape[1] as number) * window.group}`);
    }
    const out = slide(x.shape.slice(2), window);
    if (out.some((dim) => dim < 1)) shapeError(context.node, `the kernel [${window.kernel}] is larger than the input [${x.shape}]`);
    return [{ type: x.type, shape: [x.shape[0] as number, w.shape[0] as number, ...out] }];
  },
  transpose: [transposeInput, transposeWeight, transposeBias],
});

/** The input's cotangent: a Conv with flipped, transposed weights at stride 1, a ConvTranspose otherwise. */
function transposeInput({ g, node, inputs, lead }: GradientContext, ct: Value): Value {
  const [x, w] = inputs as [Value, Value];
  const window = convWindow(node, x.shape, w.shape);
  const { kernel, strides, dilations, pads, group } = window;
  const reach = kernel.map((k, i) => (k - 1) * (dilations[i] as number));
  const out = slide(x.shape.slice(2), window);
  const n = kernel.length;
  if (!isNarrow(w, group) && strides.every((s) => s === 1) && pads.every((p, i) => (reach[i % n] as number) >= p)) {
    const back = [...reach, ...reach].map((r, i) => r - (pads[i] as number));
    const attributes = { kernel_shape: ints(kernel), dilations: ints(dilations), group: int(group), pads: ints(back) };
    return g.folded(ct, lead, (rows) => g.node('Conv', [rows, flipped({ g, w, group })], attributes));
  }
  const padding = x.shape.slice(2).map((size, i) => {
    const reached =
      ((out[i] as number) - 1) * (strides[i] as number) + (reach[i] as number) + 1 - (pads[i] as number) - (pads[i + n] as number);
    return size - reached;
  });
  const attributes = {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    group: int(group),
    pads: ints(pads),
    output_padding: ints(padding),
  };
  return g.folded(ct, lead, (rows) => g.node('ConvTranspose', [rows, w], attributes));
}

/** The blocked layout computes at least this many output channels, however few there are; ConvTranspose computes only those. */
const BLOCK = 16;
const NARROW = 4;

function isNarrow(w: Value, group: number): boolean {
  return group === 1 && (w.shape[1] as number) <= NARROW && (w.shape[0] as number) >= BLOCK;
}

/** Weights [M, C/G, …k] as [C, M/G, …k] with every spatial axis reversed. */
function flipped({ g, w, group }: Pick<GradientContext, 'g'> & { w: Value; group: number }): Value {
  const [m, c, ...kernel] = w.shape as [number, number, ...number[]];
  const split = g.reshape(w, [group, m / group, c, ...kernel]);
  const swapped = g.transpose(split, [0, 2, 1, ...kernel.map((_, i) => i + 3)]);
  let value = g.reshape(swapped, [group * c, m / group, ...kernel]);
  for (const [i, k] of kernel.entries()) if (k > 1) value = g.slice(value, i + 2, k - 1, -(k + 1), -1);
  return value;
}

/** The weights' cotangent: im2col times cotangent, summed over the batch (before the sum it is the per-example gradient). */
function transposeWeight({ g, node, inputs, lead }: GradientContext, ct: Value): Value {
  const [x, w] = inputs as [Value, Value];
  const window = convWindow(node, x.shape, w.shape);
  const [batch, channels] = x.shape as [number, number];
  const [m, perGroup] = w.shape as [number, number];
  const { group, kernel } = window;
  const columns = im2col(g, x, window);
  const positions = columns.shape[3] as number;
  const front = ct.shape.slice(0, lead);
  const patches = g.reshape(columns, [batch, group, (channels / group) * sizeOf(kernel), positions]);
  const rows = g.reshape(ct, [...front, batch, group, m / group, positions]);
  const perExample = g.matmul(rows, g.transposed(patches));
  return g.reshape(g.sum(perExample, [lead]), [...front, m, perGroup, ...kernel]);
}

/** The bias's cotangent: the sum over batch and positions. */
function transposeBias({ g, inputs, lead }: GradientContext, ct: Value): Value {
  const spatial = (inputs[0] as Value).shape.slice(2).map((_, i) => lead + 2 + i);
  return g.sum(ct, [lead, ...spatial]);
}
