/** The parameter-free shortcut of residual networks as a strided 1×1 convolution, which stays in the runtime's blocked layout. */
import type { GraphBuilder } from '../onnx/build.ts';
import { ints, type Node, type Value } from '../onnx/graph.ts';
import { floats, numbers } from '../onnx/tensor.ts';

/** Elements of a 0/1 matrix up to which a convolution with it costs less than slicing and padding. */
const DENSE = 1 << 14;

/**
 * Every s-th pixel with new channels of zeros (He et al. 2016, arXiv:1512.03385, option A) is a convolution with weights 0 and 1: equal for
 * finite values. Undefined where the Pad with these inputs is anything else.
 */
export function stridedShortcut(g: GraphBuilder, inputs: readonly (Value | undefined)[]): Value | undefined {
  const padding = paddedChannels(g, inputs);
  const picked = everyFew(g, inputs[0] as Value);
  if (!padding || picked?.source.type !== 'float32') return undefined;
  const { source, strides } = picked;
  const channels = source.shape[1] as number;
  const all = padding.before + channels + padding.after;
  if (channels * all > DENSE) return undefined;
  const weights = new Float32Array(all * channels);
  for (let c = 0; c < channels; c++) weights[(padding.before + c) * channels + c] = 1;
  const attributes = { kernel_shape: ints([1, 1]), strides: ints(strides) };
  return g.node('Conv', [source, g.constant(floats(weights, [all, channels, 1, 1]))], attributes);
}

/** Zeros before and behind the channels of pictures, if that is all that a Pad adds. */
function paddedChannels(g: GraphBuilder, [x, pads, fill]: readonly (Value | undefined)[]): { before: number; after: number } | undefined {
  const amounts = pads && g.tensor(pads);
  const value = fill && g.tensor(fill);
  if (!amounts || x?.shape.length !== 4 || (fill && (!value || numbers(value)[0] !== 0))) return undefined;
  const all = numbers(amounts);
  const [before, after] = [all[1] as number, all[5] as number];
  return all.every((p, i) => p === 0 || i === 1 || i === 5) && before >= 0 && after >= 0 ? { before, after } : undefined;
}

/** Where `x` is every s-th row and column of another value, from the first on: that value and the strides. */
function everyFew(g: GraphBuilder, x: Value): { source: Value; strides: [number, number] } | undefined {
  let source = x;
  const strides: [number, number] = [1, 1];
  for (let node = g.producer(x); node?.op === 'Slice'; node = g.producer(source)) {
    const inner = g.value(node.inputs[0] as string);
    const steps = stepsOf(g, node, inner.shape, source.shape);
    if (!steps) return undefined;
    strides[0] *= steps[0];
    strides[1] *= steps[1];
    source = inner;
  }
  return source === x ? undefined : { source, strides };
}

/** The steps of a Slice over rows and columns, if it starts at the first, ends at the last and cuts nothing else. */
function stepsOf(g: GraphBuilder, node: Node, from: readonly number[], to: readonly number[]): [number, number] | undefined {
  const given = node.inputs.slice(1).map((name) => g.tensor(g.value(name)));
  const [starts, , axes, steps] = given.map((tensor) => tensor && numbers(tensor));
  if (!starts || starts.some((start) => start !== 0)) return undefined;
  const all = [1, 1, 1, 1];
  for (const i of starts.keys()) all[((axes?.[i] ?? i) + 4) % 4] = steps?.[i] ?? 1;
  const isWhole = all.every((step, axis) => step >= 1 && to[axis] === Math.ceil((from[axis] as number) / step));
  return isWhole && all[0] === 1 && all[1] === 1 ? [all[2] as number, all[3] as number] : undefined;
}
