/**
 * Maxima of many values as one node Max of all of them, whose planes are tighter than those of a tree of rectifiers: on verivital's network by 0.4 to 7
 * of margins of 7 to 30, in a hundredth of the time.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intsOf, type Value } from '../../onnx/graph.ts';
import { int64s, numbers, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { axisOf, type Window, windowOf } from '../../ops/shapes.ts';
import { larger } from './pieces.ts';
import type { Rewrite, Rewriting } from './rewriting.ts';

export const extremum: Readonly<Record<string, Rewrite>> = {
  MaxPool: ({ g, node, inputs, output }) => {
    const x = inputs[0] as Value;
    const window = windowOf(node, x.shape.slice(2), intsOf(node, 'kernel_shape', []));
    return largest(g, places(g, x, window, output.shape.slice(2)));
  },
  ReduceMax: (context) => reduced(context),
  ReduceMin: (context) => {
    const x = context.inputs[0] as Value;
    return context.g.neg(reduced({ ...context, inputs: [context.g.neg(x), context.inputs[1]] }));
  },
};

/** Values of one Max; more are halved first. */
const MOST = 64;

function largest(g: GraphBuilder, values: readonly Value[]): Value {
  const [first, second] = values as readonly [Value, Value];
  if (values.length === 1) return first;
  return values.length === 2 ? larger(g, first, second) : g.node('Max', values);
}

/** For each position in the kernel, the elements that it reads, of the output's shape. */
function places(g: GraphBuilder, x: Value, window: Window, out: readonly number[]): Value[] {
  const spatial = x.shape.slice(2);
  const { kernel, strides, dilations, pads } = window;
  // Steps of slices keep what lies at the same place together (`view.ts`).
  if (pads.every((pad) => pad === 0) && !window.ceil) {
    return counted(kernel).map((k) =>
      k.reduce((value, at, i) => {
        const [from, step] = [at * (dilations[i] as number), strides[i] as number];
        return g.slice(value, i + 2, from, from + ((out[i] as number) - 1) * step + 1, step);
      }, x),
    );
  }
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

function reduced({ g, node, inputs, output }: Rewriting): Value {
  const [x, axes] = [inputs[0] as Value, inputs[1]];
  const rank = x.shape.length;
  const gone = axes ? numbers(g.tensor(axes) as Tensor).map((axis) => axisOf(node, axis, rank)) : [...Array(rank).keys()];
  const kept = [...Array(rank).keys()].filter((axis) => !gone.includes(axis));
  const count = sizeOf(gone.map((axis) => x.shape[axis] as number));
  const flat = g.reshape(g.transpose(x, [...kept, ...gone]), [...kept.map((axis) => x.shape[axis] as number), count]);
  return g.reshape(ofLastAxis(g, flat), output.shape);
}

function ofLastAxis(g: GraphBuilder, x: Value): Value {
  const axis = x.shape.length - 1;
  const count = x.shape[axis] as number;
  if (count <= MOST) {
    return largest(
      g,
      Array.from({ length: count }, (_, i) => g.slice(x, axis, i, i + 1)),
    );
  }
  const half = count >> 1;
  const pair = larger(g, g.slice(x, axis, 0, half), g.slice(x, axis, half, 2 * half));
  return ofLastAxis(g, count % 2 === 0 ? pair : g.concat([pair, g.slice(x, axis, 2 * half, count)], axis));
}
