/** Maxima of many values as a tree of maxima of two. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intsOf, type Value } from '../../onnx/graph.ts';
import { int64s, numbers, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { axisOf, type Window, windowOf } from '../../ops/shapes.ts';
import type { Rewrite, Rewriting } from './bound-form.ts';
import { larger, smaller } from './pieces.ts';

type Pair = (g: GraphBuilder, a: Value, b: Value) => Value;

export const extremum: Readonly<Record<string, Rewrite>> = {
  MaxPool: ({ g, node, inputs, output }) => {
    const x = inputs[0] as Value;
    const window = windowOf(node, x.shape.slice(2), intsOf(node, 'kernel_shape', []));
    return tree(g, places(g, x, window, output.shape.slice(2)), larger);
  },
  ReduceMax: (context) => reduced(context, larger),
  ReduceMin: (context) => reduced(context, smaller),
};

/** Neighbours first, as long as there are two. */
function tree(g: GraphBuilder, values: readonly Value[], of: Pair): Value {
  if (values.length === 1) return values[0] as Value;
  const pairs = Array.from({ length: Math.ceil(values.length / 2) }, (_, i) => {
    const [a, b] = [values[2 * i] as Value, values[2 * i + 1]];
    return b ? of(g, a, b) : a;
  });
  return tree(g, pairs, of);
}

/** For each position in the kernel, the elements that it reads, of the output's shape. */
function places(g: GraphBuilder, x: Value, window: Window, out: readonly number[]): Value[] {
  const spatial = x.shape.slice(2);
  const flat = g.reshape(x, [...x.shape.slice(0, 2), sizeOf(spatial)]);
  return indices(window, spatial, out).map((at) => {
    const read = g.node('Gather', [flat, g.constant(int64s(at, [at.length]))], { axis: int(2) });
    return g.reshape(read, [...x.shape.slice(0, 2), ...out]);
  });
}

/** In place of padding, which is no element, a window reads one of its own elements again. */
function indices({ kernel, strides, dilations, pads }: Window, spatial: readonly number[], out: readonly number[]): number[][] {
  const positions = counted(out);
  const source = (k: readonly number[], p: readonly number[]): number | undefined => {
    const at = p.map((o, i) => o * (strides[i] as number) + (k[i] as number) * (dilations[i] as number) - (pads[i] as number));
    return at.every((a, i) => a >= 0 && a < (spatial[i] as number))
      ? at.reduce((sum, a, i) => sum * (spatial[i] as number) + a, 0)
      : undefined;
  };
  const kernels = counted(kernel);
  const own = positions.map((p) => kernels.map((k) => source(k, p)).find((at) => at !== undefined) as number);
  return kernels.map((k) => positions.map((p, i) => source(k, p) ?? (own[i] as number)));
}

/** All positions in a shape, the last axis fastest. */
function counted(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>((front, dim) => front.flatMap((at) => Array.from({ length: dim }, (_, i) => [...at, i])), [[]]);
}

function reduced({ g, node, inputs, output }: Rewriting, of: Pair): Value {
  const [x, axes] = [inputs[0] as Value, inputs[1]];
  const rank = x.shape.length;
  const gone = axes ? numbers(g.tensor(axes) as Tensor).map((axis) => axisOf(node, axis, rank)) : [...Array(rank).keys()];
  const kept = [...Array(rank).keys()].filter((axis) => !gone.includes(axis));
  const count = sizeOf(gone.map((axis) => x.shape[axis] as number));
  const flat = g.reshape(g.transpose(x, [...kept, ...gone]), [...kept.map((axis) => x.shape[axis] as number), count]);
  return g.reshape(halves(g, flat, of), output.shape);
}

/** The last axis, halved again and again. */
function halves(g: GraphBuilder, x: Value, of: Pair): Value {
  const axis = x.shape.length - 1;
  const count = x.shape[axis] as number;
  if (count === 1) return x;
  const half = count >> 1;
  const pair = of(g, g.slice(x, axis, 0, half), g.slice(x, axis, half, 2 * half));
  return halves(g, count % 2 === 0 ? pair : g.concat([pair, g.slice(x, axis, 2 * half, count)], axis), of);
}
