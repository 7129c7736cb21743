/** Shape arithmetic shared by the operators' rules. */
import { GibbonError } from '../base/errors.ts';
import { intOf, intsOf, type Node, stringOf, type ValueType } from '../onnx/graph.ts';
import { numbers, type Tensor } from '../onnx/tensor.ts';
import type { InferContext } from './rule.ts';

/** @throws GibbonError E_MODEL_SHAPE, naming the node. */
export function shapeError(node: Node, message: string): never {
  throw new GibbonError('E_MODEL_SHAPE', `${node.op} ${node.name}: ${message}`, {
    hint: 'The model declares shapes that do not fit each other, or the input has another shape than the model expects.',
  });
}

/** The type of input `index`, which must be there. */
export function typeOf({ node, inputs }: InferContext, index: number): ValueType {
  return inputs[index] ?? shapeError(node, `input ${index} is missing`);
}

/** The numbers of the constant input `index`. @throws E_MODEL_UNSUPPORTED when they depend on data. */
export function constantNumbers(context: InferContext, index: number, what: string): number[] {
  const tensor: Tensor | undefined = context.constant(index);
  if (tensor) return numbers(tensor);
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${context.node.op} ${context.node.name}: its ${what} depend on the data`, {
    hint: 'Gibbon needs shapes that follow from the input size alone; such a model can still be attacked as a black box.',
  });
}

/** NumPy broadcasting of several shapes. */
export function broadcast(node: Node, ...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    let dim = 1;
    for (const shape of shapes) {
      const own = shape[i - rank + shape.length] ?? 1;
      if (own === 1 || own === dim) continue;
      if (dim !== 1) shapeError(node, `cannot broadcast ${shapes.map((s) => `[${s}]`).join(' with ')}`);
      dim = own;
    }
    return dim;
  });
}

/** An axis counted from the front. */
export function axisOf(node: Node, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= Math.max(rank, 1)) shapeError(node, `axis ${axis} is outside rank ${rank}`);
  return positive;
}

/** The same axis counted from the back, where extra leading dimensions do not move it. */
export function fromBack(axis: number, rank: number): number {
  return axis < 0 ? axis : axis - rank;
}

/** Kernel, strides, dilations, pads and group of a convolution or pool, with the defaults filled in and auto_pad resolved. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** [begin…, end…] */
  readonly pads: readonly number[];
  readonly group: number;
  readonly ceil: boolean;
}

export function windowOf(node: Node, spatial: readonly number[], kernel: readonly number[]): Window {
  const ones = kernel.map(() => 1);
  const strides = intsOf(node, 'strides', ones);
  const dilations = intsOf(node, 'dilations', ones);
  const auto = stringOf(node, 'auto_pad', 'NOTSET');
  let pads = intsOf(
    node,
    'pads',
    [...ones, ...ones].map(() => 0),
  );
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const total = kernel.map((k, i) => {
      const [size, stride, dilation] = [spatial[i] as number, strides[i] as number, dilations[i] as number];
      return Math.max(0, (Math.ceil(size / stride) - 1) * stride + (k - 1) * dilation + 1 - size);
    });
    const small = total.map((t) => Math.floor(t / 2));
    const large = total.map((t) => Math.ceil(t / 2));
    pads = auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
  } else if (auto === 'VALID') pads = pads.map(() => 0);
  if (
    ![...kernel, ...strides, ...dilations].every((value) => value >= 1) ||
    [strides, dilations].some(({ length }) => length !== kernel.length)
  )
    shapeError(node, `kernel [${kernel}], strides [${strides}] or dilations [${dilations}] are impossible`);
  return { kernel, strides, dilations, pads, group: intOf(node, 'group', 1), ceil: intOf(node, 'ceil_mode', 0) === 1 };
}

/** Lists of indices, one for each element of some value: more of them than any network needs would fill the memory. */
const LONGEST = 2 ** 24;

/** A list of `length` items by index. @throws GibbonError E_MODEL_SHAPE where the length is impossible, or beyond reason */
export function listOf<T>(length: number, item: (index: number) => T): T[] {
  if (Number.isInteger(length) && length >= 0 && length <= LONGEST) return Array.from({ length }, (_, i) => item(i));
  throw new GibbonError('E_MODEL_SHAPE', `a list of ${length} indices is needed`, {
    hint: 'The model declares impossible sizes, or the input has another shape than the model expects.',
  });
}

/** Output size of a sliding window along each spatial axis. */
export function slide(spatial: readonly number[], { kernel, strides, dilations, pads, ceil }: Window): number[] {
  return spatial.map((size, i) => {
    const stride = strides[i] as number;
    const begin = pads[i] as number;
    const padded = size + begin + (pads[i + spatial.length] as number);
    const room = padded - ((kernel[i] as number) - 1) * (dilations[i] as number) - 1;
    const steps = Math.floor(room / stride) + 1;
    if (!ceil || room % stride === 0) return steps;
    // In ceil mode a window may hang over the end, but must start inside the input or its left padding.
    return steps * stride < size + begin ? steps + 1 : steps;
  });
}
