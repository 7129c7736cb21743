/** ConvTranspose: the transpose of Conv with respect to its input, so its own transpose is a Conv. */
import { int, ints, intsOf, type Node, type Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { im2col } from './im2col.ts';
import type { GradientContext } from './rule.ts';
import { shapeError, typeOf, type Window, windowOf } from './shapes.ts';

const transposedWindow = (node: Node, x: readonly number[], w: readonly number[]): Window => windowOf(node, x.slice(2), w.slice(2));

export const convTranspose = linear({
  type: 'ConvTranspose',
  family: 'bilinear',
  infer: (context) => {
    const [x, w] = [typeOf(context, 0), typeOf(context, 1)];
    const { kernel, strides, dilations, pads, group } = transposedWindow(context.node, x.shape, w.shape);
    const extra = intsOf(context.node, 'output_padding', kernel.map(() => 0));
    if (x.shape[1] !== w.shape[0]) shapeError(context.node, `input [${x.shape}] does not fit weights [${w.shape}]`);
    const out = x.shape.slice(2).map((size, i) => {
      const reach = ((kernel[i] as number) - 1) * (dilations[i] as number) + 1;
      return (size - 1) * (strides[i] as number) + reach + (extra[i] as number) - (pads[i] as number) - (pads[i + kernel.length] as number);
    });
    return [{ type: x.type, shape: [x.shape[0] as number, (w.shape[1] as number) * group, ...out] }];
  },
  transpose: [transposeInput, transposeWeight, transposeBias],
});

/** The Conv whose input transpose this node is, given its cotangent: output padding is simply not read. */
function convAttributes({ kernel, strides, dilations, pads, group }: Window): Parameters<GradientContext['g']['node']>[2] {
  return { kernel_shape: ints(kernel), strides: ints(strides), dilations: ints(dilations), group: int(group), pads: ints(pads) };
}

function transposeInput({ g, node, inputs, lead }: GradientContext, ct: Value): Value {
  const [x, w] = inputs as [Value, Value];
  const window = transposedWindow(node, x.shape, w.shape);
  return g.folded(ct, lead, (rows) => g.node('Conv', [cropped(g, rows, x, window), w], convAttributes(window)));
}

/** Cuts the trailing rows that only output padding made, so that the Conv gives exactly the input's size. */
function cropped(g: GradientContext['g'], rows: Value, x: Value, { kernel, strides, dilations, pads }: Window): Value {
  let value = rows;
  for (const [i, size] of x.shape.slice(2).entries()) {
    const reach = ((kernel[i] as number) - 1) * (dilations[i] as number) + 1;
    const used = (size - 1) * (strides[i] as number) + reach - (pads[i] as number) - (pads[i + kernel.length] as number);
    if (used < (value.shape[i + 2] as number)) value = g.slice(value, i + 2, 0, used);
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
  const columns = im2col(g, cropped(g, flat, x, window), window);
  const positions = columns.shape[3] as number;
  const patches = g.reshape(columns, [...front, batch, group, (w.shape[1] as number) * sizeOf(kernel), positions]);
  const rows = g.reshape(x, [batch, group, channels / group, positions]);
  return g.reshape(g.sum(g.matmul(rows, g.transposed(patches)), [lead]), [...front, ...w.shape]);
}

function transposeBias({ g, inputs, lead }: GradientContext, ct: Value): Value {
  const spatial = (inputs[0] as Value).shape.slice(2).map((_, i) => lead + 2 + i);
  return g.sum(ct, [lead, ...spatial]);
}
