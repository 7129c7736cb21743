/** ConvTranspose: the transpose of Conv with respect to its input, so its own transpose is a Conv. */
import { int, ints, intsOf, type Node, stringOf, type Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { im2col } from './im2col.ts';
import type { GradientContext } from './rule.ts';
import { shapeError, typeOf, type Window, windowOf } from './shapes.ts';

/**
 * The window of a ConvTranspose. Its end pads are what is cut off the full overlap, output padding included, and so may be negative: rows
 * past the end of the overlap hold zeros. auto_pad and output_shape are resolved by the formulas of the operator's text.
 */
export function transposedWindow(node: Node, x: readonly number[], w: readonly number[]): Window {
  const spatial = x.slice(2);
  const kernel = w.slice(2);
  const { auto_pad: _, ...attributes } = node.attributes;
  const window = windowOf({ ...node, attributes }, spatial, kernel);
  const extra = intsOf(
    node,
    'output_padding',
    kernel.map(() => 0),
  );
  const auto = stringOf(node, 'auto_pad', 'NOTSET');
  const same = auto === 'SAME_UPPER' || auto === 'SAME_LOWER';
  const full = fullOverlap(spatial, window);
  const overlap = (i: number): number => (full[i] as number) + (extra[i] as number);
  // A kernel below the stride leaves less than size·stride: ONNX Runtime then returns what there is.
  const sized = (size: number, i: number): number => Math.min(size * (window.strides[i] as number), overlap(i));
  const sizes = intsOf(node, 'output_shape')?.slice(-kernel.length) ?? (same ? spatial.map(sized) : undefined);
  if (!sizes) {
    const given = auto === 'VALID' ? window.pads.map(() => 0) : window.pads;
    const end = extra.map((more, i) => (given[i + kernel.length] as number) - more);
    return { ...window, pads: [...given.slice(0, kernel.length), ...end] };
  }
  const cut = sizes.map((size, i) => Math.max(0, overlap(i) - size));
  const begin = cut.map((total) => (auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2)));
  return { ...window, pads: [...begin, ...sizes.map((size, i) => (full[i] as number) - size - (begin[i] as number))] };
}

/** Size along each axis before anything is cut off. */
function fullOverlap(spatial: readonly number[], { kernel, strides, dilations }: Window): number[] {
  return spatial.map((size, i) => (size - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1);
}

export const convTranspose = linear({
  type: 'ConvTranspose',
  family: 'bilinear',
  infer: (context) => {
    const [x, w] = [typeOf(context, 0), typeOf(context, 1)];
    if (x.shape.length < 3 || x.shape.length !== w.shape.length || x.shape[1] !== w.shape[0])
      shapeError(context.node, `input [${x.shape}] does not fit weights [${w.shape}]`);
    const window = transposedWindow(context.node, x.shape, w.shape);
    const n = window.kernel.length;
    const out = fullOverlap(x.shape.slice(2), window).map((size, i) => size - (window.pads[i] as number) - (window.pads[i + n] as number));
    if (out.some((dim) => dim < 1)) shapeError(context.node, `its pads leave nothing of the output [${out}]`);
    return [{ type: x.type, shape: [x.shape[0] as number, (w.shape[1] as number) * window.group, ...out] }];
  },
  transpose: [transposeInput, transposeWeight, transposeBias],
});

/** The Conv whose input transpose this node is; it reads no rows past the end of the overlap. */
function convAttributes({ kernel, strides, dilations, pads, group }: Window): Parameters<GradientContext['g']['node']>[2] {
  const cut = pads.map((p) => Math.max(p, 0));
  return { kernel_shape: ints(kernel), strides: ints(strides), dilations: ints(dilations), group: int(group), pads: ints(cut) };
}

function transposeInput({ g, node, inputs, lead }: GradientContext, ct: Value): Value {
  const [x, w] = inputs as [Value, Value];
  const window = transposedWindow(node, x.shape, w.shape);
  return g.folded(ct, lead, (rows) => g.node('Conv', [cropped(g, rows, window), w], convAttributes(window)));
}

/** Cuts off the rows past the end of the overlap, so that the Conv gives exactly the input's size. */
function cropped(g: GradientContext['g'], rows: Value, { kernel, pads }: Window): Value {
  let value = rows;
  for (const i of kernel.keys()) {
    const past = -(pads[i + kernel.length] as number);
    if (past > 0) value = g.slice(value, i + 2, 0, (value.shape[i + 2] as number) - past);
  }
  return value;
}

/** As for Conv with the roles of input and cotangent exchanged. */
function transposeWeight({ g, node, inputs, lead }: GradientContext, ct: Value): Value {
  const [x, w] = inputs as [Value, Value];
  const window = transposedWindow(node, x.shape, w.shape);
  const [batch, channels] = x.shape as [number, number];
  const { group, kernel } = window;
  const front = ct.shape.slice(0, lead);
  const flat = g.reshape(ct, [sizeOf(front) * batch, ...ct.shape.slice(lead + 1)]);
  const columns = im2col(g, cropped(g, flat, window), { ...window, pads: window.pads.map((p) => Math.max(p, 0)) });
  const positions = columns.shape[3] as number;
  const patches = g.reshape(columns, [...front, batch, group, (w.shape[1] as number) * sizeOf(kernel), positions]);
  const rows = g.reshape(x, [batch, group, channels / group, positions]);
  return g.reshape(g.sum(g.matmul(rows, g.transposed(patches)), [lead]), [...front, ...w.shape]);
}

function transposeBias({ g, inputs, lead }: GradientContext, ct: Value): Value {
  const spatial = (inputs[0] as Value).shape.slice(2).map((_, i) => lead + 2 + i);
  return g.sum(ct, [lead, ...spatial]);
}
