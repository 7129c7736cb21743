/** Small networks with fixed weights, written once and built in either precision, or as their own majorant. */
import type { GraphBuilder } from '../../src/onnx/build.ts';
import { ints, type StaticGraph, type Value } from '../../src/onnx/graph.ts';
import { type ElementType, floats, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { spread } from './expect-gradient.ts';

export type Layer =
  | { readonly kind: 'conv'; readonly channels: number; readonly kernel: number; readonly stride?: number; readonly pad?: number }
  | { readonly kind: 'dense'; readonly units: number }
  | { readonly kind: 'maxPool' | 'averagePool'; readonly kernel: number }
  | { readonly kind: 'Relu' | 'Tanh' | 'Sigmoid' };

export interface Net {
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
}

/** Weights of about unit gain: uniform in ±√(3/fan-in). */
function weights(shape: readonly number[], fan: number, seed: number): number[] {
  return spread(sizeOf(shape), seed).map((w) => Math.fround((w / 2) * Math.sqrt(3 / fan)));
}

const PAIR = (value: number): readonly number[] => [value, value];

/**
 * Appends the net to x.
 * @param majorant all weights by their absolute values, activations by what bounds them: |output| and |derivative| are nowhere larger
 */
export function append(g: GraphBuilder, x: Value, { layers }: Net, majorant = false): Value {
  const constant = (values: readonly number[], shape: readonly number[]): Value => {
    const tensor: Tensor = floats(majorant ? values.map(Math.abs) : values, shape, x.type);
    return g.constant(tensor);
  };
  return layers.reduce((value, layer, i) => {
    switch (layer.kind) {
      case 'conv': {
        const shape = [layer.channels, value.shape[1] as number, layer.kernel, layer.kernel];
        const fan = sizeOf(shape.slice(1));
        const attributes = { strides: ints(PAIR(layer.stride ?? 1)), pads: ints([...PAIR(layer.pad ?? 0), ...PAIR(layer.pad ?? 0)]) };
        return g.node(
          'Conv',
          [value, constant(weights(shape, fan, i), shape), constant(weights([layer.channels], 3, i + 50), [layer.channels])],
          attributes,
        );
      }
      case 'dense': {
        const flat = g.reshape(value, [value.shape[0] as number, sizeOf(value.shape.slice(1))]);
        const fan = flat.shape[1] as number;
        return g.node('Gemm', [
          flat,
          constant(weights([fan, layer.units], fan, i), [fan, layer.units]),
          constant(weights([layer.units], 3, i + 50), [layer.units]),
        ]);
      }
      case 'maxPool':
      case 'averagePool': {
        const attributes = { kernel_shape: ints(PAIR(layer.kernel)), strides: ints(PAIR(2)) };
        // A maximum is at most the sum of its window.
        if (layer.kind === 'maxPool' && majorant)
          return g.mul(g.node('AveragePool', [value], attributes), g.scalar(layer.kernel ** 2, value));
        return g.node(layer.kind === 'maxPool' ? 'MaxPool' : 'AveragePool', [value], attributes);
      }
      default:
        if (!majorant) return g.node(layer.kind, [value]);
        return layer.kind === 'Sigmoid' ? g.add(value, g.scalar(1, value)) : value;
    }
  }, x);
}

/** Terms summed along a path from input to output, activations counted as 8 roundings of their library functions. */
export function pathTerms(net: Net): number {
  let channels = net.input[1] as number;
  return net.layers.reduce((terms, layer) => {
    if (layer.kind === 'conv') {
      const fan = channels * layer.kernel ** 2;
      channels = layer.channels;
      return terms + fan + 1;
    }
    if (layer.kind === 'dense') return terms + 400;
    return terms + ('kernel' in layer ? layer.kernel ** 2 : 8);
  }, 0);
}

/** Runs a graph once on numbers, by input name, and returns its outputs. */
export async function runNumbers(
  graph: StaticGraph,
  inputs: Readonly<Record<string, readonly number[]>>,
): Promise<Record<string, number[]>> {
  const session = await ortNode.load(graph);
  try {
    const feeds = Object.fromEntries(
      graph.inputs.map(({ name, type, shape }) => [
        name,
        {
          type,
          shape,
          data: type === ('float64' satisfies ElementType) ? Float64Array.from(inputs[name] ?? []) : Float32Array.from(inputs[name] ?? []),
        },
      ]),
    );
    const made = await session.run(feeds);
    return Object.fromEntries(Object.entries(made).map(([name, { data }]) => [name, Array.from(data as Float64Array)]));
  } finally {
    await session.release();
  }
}
