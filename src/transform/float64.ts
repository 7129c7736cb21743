/**
 * The float64 form of a graph, for tests and certificates. ONNX Runtime's CPU kernels lack float64 for Conv, ConvTranspose, AveragePool,
 * Atan, Erf, Softplus, Resize and HardSigmoid; these are written with operators that have it.
 */
import type { GraphBuilder } from '../onnx/build.ts';
import { floatOf, type Node, type StaticGraph, type Value } from '../onnx/graph.ts';
import { floats, numbers, sizeOf, type Tensor, view } from '../onnx/tensor.ts';
import { addedUp } from '../ops/add-up.ts';
import { averageWindow, reciprocalCounts } from '../ops/average-pool.ts';
import { transposedWindow } from '../ops/conv-transpose.ts';
import { im2col, windowIndices } from '../ops/im2col.ts';
import { windowOf } from '../ops/shapes.ts';
import { newGraph } from '../ops/table.ts';
import { upsampled } from '../ops/upsample.ts';

type Rewrite = (g: GraphBuilder, node: Node, inputs: readonly (Value | undefined)[]) => Value;

const REWRITES: Readonly<Record<string, Rewrite>> = {
  Conv: (g, node, inputs) => conv(g, node, inputs as Value[]),
  ConvTranspose: (g, node, inputs) => convTranspose(g, node, inputs as Value[]),
  Atan: (g, _, [x]) => atan(g, x as Value),
  AveragePool: (g, node, [x]) => averagePool(g, node, x as Value),
  Erf: (g, _, [x]) => erf(g, x as Value),
  Softplus: (g, _, [x]) => softplus(g, x as Value),
  Resize: (g, _, [x, , scales]) => upsampled(g, x as Value, numbers(g.tensor(scales as Value) as Tensor).slice(2)),
  HardSigmoid: (g, node, [x]) =>
    g.clip(g.add(g.mul(x as Value, g.scalar(floatOf(node, 'alpha', 0.2), x)), g.scalar(floatOf(node, 'beta', 0.5), x)), 0, 1),
  Cast: (g, node, [x]) => (node.attributes.to?.value === 1 ? g.cast(x as Value, 'float64') : g.node('Cast', [x], node.attributes)),
};

/** The same computation with every float32 as float64, the weights widened; inputs and outputs become float64 too. */
export function toFloat64(graph: StaticGraph): StaticGraph {
  const g = newGraph();
  const values = new Map<string, Value>();
  for (const { name, type, shape } of graph.inputs) values.set(name, g.input(name, type === 'float32' ? 'float64' : type, shape));
  for (const [name, tensor] of graph.constants) {
    const wide = tensor.type === 'float32' ? floats(view(tensor) as Float32Array, tensor.shape, 'float64') : tensor;
    values.set(name, g.constant(wide));
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    const rewrite = REWRITES[node.op];
    const made = rewrite ? [rewrite(g, node, inputs)] : g.nodes1(node.op, inputs, node.attributes, node.outputs.length);
    for (const [i, name] of node.outputs.entries()) values.set(name, made[i] as Value);
  }
  return g.finish(Object.fromEntries(graph.outputs.map(({ name }) => [name, values.get(name) as Value])), graph.name);
}

/** Conv as im2col and MatMul. */
function conv(g: GraphBuilder, node: Node, [x, w, bias]: readonly Value[]): Value {
  const [data, weights] = [x as Value, w as Value];
  const [batch, channels] = data.shape as [number, number];
  const [m, , ...kernel] = weights.shape as [number, number, ...number[]];
  const window = windowOf(node, data.shape.slice(2), kernel);
  const columns = im2col(g, data, window);
  const { group } = window;
  const patches = g.reshape(columns, [batch, group, (channels / group) * sizeOf(kernel), columns.shape[3] as number]);
  const rows = g.reshape(weights, [group, m / group, (channels / group) * sizeOf(kernel)]);
  const out = g.node('Conv', [data, weights], node.attributes).shape;
  const y = g.reshape(g.matmul(rows, patches), out);
  return bias ? g.add(y, g.reshape(bias, [m, ...kernel.map(() => 1)])) : y;
}

/** ConvTranspose as MatMul and adding the columns up where their windows stand. */
function convTranspose(g: GraphBuilder, node: Node, [x, w, bias]: readonly Value[]): Value {
  const [data, weights] = [x as Value, w as Value];
  const [batch, c, ...sizes] = data.shape as [number, number, ...number[]];
  const [, perGroup, ...kernel] = weights.shape as [number, number, ...number[]];
  const window = transposedWindow(node, data.shape, weights.shape);
  const { strides, dilations, pads, group } = window;
  const full = sizes.map((size, i) => (size - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1);
  const inputs = g.reshape(data, [batch, group, c / group, sizeOf(sizes)]);
  const rows = g.reshape(weights, [group, c / group, perGroup * sizeOf(kernel)]);
  const columns = g.reshape(g.matmul(g.transposed(rows), inputs), [batch * group * perGroup, sizeOf(kernel) * sizeOf(sizes), 1]);
  const image = g.reshape(addedUp(g, columns, windowIndices(full, sizes, window), sizeOf(full)), [batch, group * perGroup, ...full]);
  const y = g.pad(
    image,
    [0, 0, ...pads.slice(0, kernel.length), 0, 0, ...pads.slice(kernel.length)].map((p) => -p),
  );
  return bias ? g.add(y, g.reshape(bias, [group * perGroup, ...kernel.map(() => 1)])) : y;
}

function averagePool(g: GraphBuilder, node: Node, x: Value): Value {
  const window = averageWindow(node, x.shape);
  const sums = g.sum(im2col(g, x, window), [2]);
  const out = g.node('AveragePool', [x], node.attributes).shape;
  return g.mul(g.reshape(sums, out), g.constant(reciprocalCounts(node, x, window)));
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|) */
function softplus(g: GraphBuilder, x: Value): Value {
  return g.add(g.max(x, g.scalar(0, x)), g.node('Log', [g.add(g.scalar(1, x), g.exp(g.neg(g.abs(x))))]));
}

/** erf(x) = 2/√π·e^(−x²)·Σ 2ⁿ x^(2n+1)/(2n+1)!! (DLMF 7.6.2), all terms positive; x is clipped to ±6, where erf is 1 to the last bit. */
function erf(g: GraphBuilder, x: Value): Value {
  const z = g.clip(x, -6, 6);
  const square = g.mul(z, z);
  let [term, sum] = [z, z];
  for (let n = 1; n < 130; n++) {
    term = g.mul(term, g.mul(square, g.scalar(2 / (2 * n + 1), x)));
    sum = g.add(sum, term);
  }
  return g.mul(g.mul(g.scalar(2 / Math.sqrt(Math.PI), x), g.exp(g.neg(square))), sum);
}

/** Halvings of the angle before the series, and terms of it: the argument is then below tan(π/32), whose 24th power is below 1e-24. */
const HALVINGS = 4;
const TERMS = 12;

/** atan(x) = 2·atan(x/(1 + √(1 + x²))), halved some times, then x − x³/3 + x⁵/5 − … */
function atan(g: GraphBuilder, x: Value): Value {
  const one = g.scalar(1, x);
  let z = x;
  for (let i = 0; i < HALVINGS; i++) z = g.div(z, g.add(one, g.sqrt(g.add(one, g.mul(z, z)))));
  const square = g.mul(z, z);
  let sum = g.scalar(0, x);
  for (let k = TERMS - 1; k >= 0; k--) sum = g.add(g.mul(sum, square), g.scalar((k % 2 === 0 ? 1 : -1) / (2 * k + 1), x));
  return g.mul(g.mul(z, sum), g.scalar(2 ** HALVINGS, x));
}
