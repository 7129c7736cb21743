/** Small networks that Gibbon trains itself, as graphs over the rows of an audited model: convolutions for pictures and recordings, dense layers for everything else. */

import { resized, toPlanes } from '../model/bridge.ts';
import type { PortsEncoding } from '../model/ports-encoding.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { imageSize } from '../model/rows.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import { int, ints, type StaticGraph, type Value } from '../onnx/graph.ts';
import { floats, int64s, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { keyedRng } from '../rng/rng.ts';

/** What a network takes and gives. */
export interface NetPlan {
  readonly rows: Preprocessing;
  readonly classes: number;
  /** Mean and deviation of each element over the training rows; only dense networks look at them. */
  readonly centre?: readonly number[];
  readonly spread?: readonly number[];
}

/** Weights by name. */
export type Weights = ReadonlyMap<string, Tensor>;

/** Pictures are looked at with at most so many pixels to a side. */
const SIDE = 48;
/** Steps of a recording after the first layer, roughly. */
const STEPS = 1000;
/** Weights of a first dense layer, roughly. */
const DENSE = 200_000;

/** The network for a batch of rows: input `x` [B, …shape], output `logits` [B, classes]. `make` gives each weight by name, shape and fan-in. */
function drawn(plan: NetPlan, batch: number, make: (name: string, shape: readonly number[], fanIn: number) => Tensor): StaticGraph {
  const g = newGraph();
  const x = g.input('x', 'float32', [batch, ...plan.rows.shape]);
  const layers = layersOf(g, (name, shape, fanIn) => g.constant(make(name, shape, fanIn), name));
  const logits = { convolutions: pictures, waves: recordings, dense }[kindOf(plan.rows)](g, x, plan, layers);
  return g.finish({ logits }, 'small-net');
}

/** The kind of network that suits these rows. */
export function kindOf(rows: Preprocessing): 'convolutions' | 'waves' | 'dense' {
  if (rows.modality === 'waveform') return 'waves';
  if (rows.modality !== 'image') return 'dense';
  const { channels, height, width } = imageSize(rows);
  return [1, 3].includes(channels) && Math.min(height, width) >= 8 ? 'convolutions' : 'dense';
}

/** With known weights. */
export function netGraph(plan: NetPlan, batch: number, weights: Weights): StaticGraph {
  return drawn(plan, batch, (name) => weights.get(name) as Tensor);
}

/** With weights drawn from the seed, uniform within ±√(6/fan-in) (He et al., arXiv:1502.01852), and zero biases; and the names of these weights. */
export function freshNet(plan: NetPlan, batch: number, seed: number): { graph: StaticGraph; weights: Map<string, Tensor> } {
  const weights = new Map<string, Tensor>();
  const graph = drawn(plan, batch, (name, shape, fanIn) => {
    const data = new Float32Array(sizeOf(shape));
    const reach = Math.sqrt(6 / fanIn);
    if (shape.length > 1) keyedRng(seed, 'small-net', name).fillUniform(data, -reach, reach);
    const tensor = floats(data, shape);
    weights.set(name, tensor);
    return tensor;
  });
  return { graph, weights };
}

interface Layers {
  conv(x: Value, name: string, out: number, kernel: readonly number[], more?: { stride?: number }): Value;
  dense(x: Value, name: string, out: number): Value;
  relu(x: Value): Value;
}

function layersOf(g: GraphBuilder, weight: (name: string, shape: readonly number[], fanIn: number) => Value): Layers {
  return {
    conv: (x, name, out, kernel, { stride = 1 } = {}) => {
      const inner = x.shape[1] as number;
      const fanIn = inner * sizeOf(kernel);
      const pads = kernel.map((k) => Math.floor((k - 1) / 2));
      const attributes = { kernel_shape: ints(kernel), strides: ints(kernel.map(() => stride)), pads: ints([...pads, ...pads]) };
      return g.node(
        'Conv',
        [x, weight(`${name}.weight`, [out, inner, ...kernel], fanIn), weight(`${name}.bias`, [out], fanIn)],
        attributes,
      );
    },
    dense: (x, name, out) => {
      const inner = x.shape[1] as number;
      return g.node('Gemm', [x, weight(`${name}.weight`, [out, inner], inner), weight(`${name}.bias`, [out], inner)], { transB: int(1) });
    },
    relu: (x) => g.node('Relu', [x]),
  };
}

/** Conv 16@5×5 stride 2 – conv 32@3×3 stride 2 – dense 64 – classes. */
function pictures(g: GraphBuilder, x: Value, { rows, classes }: NetPlan, { conv, dense: full, relu }: Layers): Value {
  const { height, width } = imageSize(rows);
  const shrink = Math.min(1, SIDE / Math.max(height, width));
  // Two layers halve each side.
  const side = (size: number): number => Math.max(8, 4 * Math.round((size * shrink) / 4));
  const planes = resized(g, toPlanes(g, x, rows), side(height), side(width));
  const centred = g.mul(g.sub(planes, g.scalar(0.5)), g.scalar(4));
  const first = relu(conv(centred, 'conv1', 16, [5, 5], { stride: 2 }));
  const second = relu(conv(first, 'conv2', 32, [3, 3], { stride: 2 }));
  return full(relu(full(flat(g, second), 'dense1', 64)), 'dense2', classes);
}

/** A long first kernel with strides, then conv 32 and 64 with poolings, and the mean over time (as Dai et al., arXiv:1610.00087, M3 and M5). */
function recordings(g: GraphBuilder, x: Value, { rows, classes }: NetPlan, { conv, dense: full, relu }: Layers): Value {
  const length = sizeOf(rows.shape);
  const stride = Math.max(1, Math.floor(length / STEPS));
  const wave = g.reshape(x, [x.shape[0] as number, 1, length]);
  const first = pooled(g, relu(conv(wave, 'conv1', 16, [Math.min(length, Math.max(3, 5 * stride))], { stride: Math.max(2, stride) })), 4);
  const second = pooled(g, relu(conv(first, 'conv2', 32, [3])), 4);
  const third = relu(conv(second, 'conv3', 64, [3]));
  const steps = third.shape[2] as number;
  return full(g.mul(g.sum(third, [2]), g.scalar(1 / steps)), 'dense1', classes);
}

/** Two hidden layers over standardised numbers and one-hot categories. */
function dense(g: GraphBuilder, x: Value, { rows, classes, centre, spread }: NetPlan, { dense: full, relu }: Layers): Value {
  const batch = x.shape[0] as number;
  const row = g.reshape(x, [batch, sizeOf(rows.shape)]);
  const standard = centre && spread ? g.div(g.sub(row, fixed(g, centre)), fixed(g, spread)) : row;
  const encoding = rows.encoding?.kind === 'ports' ? rows.encoding : undefined;
  const seen = encoding ? withCategories(g, row, standard, encoding) : standard;
  const width = Math.max(16, Math.min(128, Math.floor(DENSE / (seen.shape[1] as number))));
  return full(relu(full(relu(full(seen, 'dense1', width)), 'dense2', 64)), 'dense3', classes);
}

/** Categories beyond this number are not told apart. */
const MOST_CATEGORIES = 64;

function withCategories(g: GraphBuilder, row: Value, standard: Value, { columns }: PortsEncoding): Value {
  const numbers = columns.flatMap(({ categories }, i) => (categories ? [] : [i]));
  const parts = columns.flatMap(({ categories }, i): Value[] => {
    if (!categories) return [];
    const count = Math.min(categories.length, MOST_CATEGORIES);
    const kinds = g.constant(
      floats(
        Array.from({ length: count }, (_, k) => k),
        [1, count],
      ),
    );
    return [g.cast(g.equal(g.slice(row, 1, i, i + 1), kinds), 'float32')];
  });
  const own =
    numbers.length === columns.length
      ? [standard]
      : numbers.length === 0
        ? []
        : [g.node('Gather', [standard, g.constant(int64s(numbers))], { axis: int(1) })];
  return g.concat([...own, ...parts], 1);
}

const fixed = (g: GraphBuilder, values: readonly number[]): Value => g.constant(floats(values, [1, values.length]));

function flat(g: GraphBuilder, x: Value): Value {
  return g.reshape(x, [x.shape[0] as number, sizeOf(x.shape.slice(1))]);
}

/** Max over windows that tile the input; what is left over at the end is cut. */
function pooled(g: GraphBuilder, x: Value, size: number): Value {
  const spatial = x.shape.slice(2);
  if (spatial.some((dim) => dim < size)) return x;
  const tiled = spatial.reduce((value, dim, i) => (dim % size === 0 ? value : g.slice(value, i + 2, 0, dim - (dim % size))), x);
  const window = spatial.map(() => size);
  return g.node('MaxPool', [tiled], { kernel_shape: ints(window), strides: ints(window) });
}
