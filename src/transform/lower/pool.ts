/** Lowerings of pooling. */

import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, int, ints, intsOf, type Value } from '../../onnx/graph.ts';
import { averageWindow, reciprocalCounts } from '../../ops/average-pool.ts';
import { shapeError, slide, type Window, windowOf } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';
import { maxIndices } from './windows.ts';

const spatialAxes = (x: Value): number[] => x.shape.slice(2).map((_, i) => i + 2);
const overSpace = (g: GraphBuilder, op: string, x: Value): Value => g.node(op, [x, g.ints(spatialAxes(x))], { keepdims: int(1) });

export const globalAveragePool: Lowering = ({ g, input }) => [overSpace(g, 'ReduceMean', input(0))];
export const globalMaxPool: Lowering = ({ g, input }) => [overSpace(g, 'ReduceMax', input(0))];

/**
 * An average over the whole input is a mean, whose gradient is far cheaper. One with gaps (opset 19), or with a last window that hangs over the
 * end (counted differently from opset to opset), is a convolution with ones.
 */
export const averagePool: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const window = averageWindow(node, x.shape);
  const { kernel, pads, dilations } = window;
  const whole = kernel.every((k, i) => k === x.shape[i + 2]) && pads.every((p) => p === 0);
  if (whole) return [overSpace(g, 'ReduceMean', x)];
  const spatial = x.shape.slice(2);
  const hangsOver = slide(spatial, window).some((size, i) => size !== slide(spatial, { ...window, ceil: false })[i]);
  if (hangsOver || dilations.some((d) => d !== 1)) return [g.mul(windowSums(g, x, window), g.constant(reciprocalCounts(node, x, window)))];
  const { dilations: _, auto_pad: __, ceil_mode: ___, ...attributes } = node.attributes;
  return [g.node('AveragePool', [x], { ...attributes, pads: ints(pads) })];
};

/** The sum of every window, as a convolution with ones. */
function windowSums(g: GraphBuilder, x: Value, window: Window): Value {
  const { kernel, strides, dilations, pads } = window;
  const channels = x.shape[1] as number;
  const out = slide(x.shape.slice(2), window);
  // Padded at the end as far as the last window reaches, so that the convolution needs no ceil mode.
  const end = reached(window, out).map((r, i) => Math.max(0, r - (x.shape[i + 2] as number) - (pads[i] as number)));
  const attributes = {
    strides: ints(strides),
    dilations: ints(dilations),
    group: int(channels),
    pads: ints([...pads.slice(0, kernel.length), ...end]),
  };
  return g.node('Conv', [x, g.expand(g.scalar(1, x), [channels, 1, ...kernel])], attributes);
}

/** |x|^p, and back again: s^(1/p), with 0 for s = 0, where the power has no derivative. */
const power = (g: GraphBuilder, x: Value, p: number): Value =>
  p === 2 ? g.mul(x, x) : p === 1 ? g.abs(x) : g.node('Pow', [g.abs(x), g.scalar(p, x)]);

function root(g: GraphBuilder, sum: Value, p: number): Value {
  if (p === 1) return sum;
  const [zero, one] = [g.scalar(0, sum), g.scalar(1, sum)];
  const none = g.equal(sum, zero);
  const safe = g.where(none, one, sum);
  return g.where(none, zero, p === 2 ? g.sqrt(safe) : g.node('Pow', [safe, g.scalar(1 / p, sum)]));
}

/** The p-norm of every window. */
export const lpPool: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const p = floatOf(node, 'p', 2);
  return [root(g, windowSums(g, power(g, x, p), averageWindow(node, x.shape)), p)];
};

export const globalLpPool: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const p = floatOf(node, 'p', 2);
  return [root(g, g.sum(power(g, x, p), spatialAxes(x), true), p)];
};

/** How far along each axis the windows reach, counted from the first padded element. */
function reached({ kernel, strides, dilations }: Window, out: readonly number[]): number[] {
  return out.map((o, i) => (o - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1);
}

export const maxPool: Lowering = ({ g, node, input }) => {
  if (intsOf(node, 'kernel_shape') === undefined) shapeError(node, 'kernel_shape is missing');
  const x = input(0);
  const { storage_order: order, ceil_mode: __, auto_pad: ___, ...attributes } = node.attributes;
  const window = windowOf(node, x.shape.slice(2), intsOf(node, 'kernel_shape', []));
  const indices = node.outputs[1] ? [maxIndices(g, x, window, order?.value === 1)] : [];
  if (!window.ceil) return [g.node('MaxPool', [x], { ...attributes, pads: ints(window.pads) }), ...indices];
  // Operator set 18 and the runtime disagree about the size in ceil mode; padding that reaches as far as the last window says the same.
  const reach = reached(window, slide(x.shape.slice(2), window));
  const begin = window.pads.slice(0, window.kernel.length);
  const end = reach.map((r, i) => Math.max(0, r - (x.shape[i + 2] as number) - (begin[i] as number)));
  // The runtime takes no padding as large as the kernel: what is more is put there before.
  const more = end.map((pad, i) => Math.max(0, pad - (window.kernel[i] as number) + 1));
  const wide = g.pad(x, [...x.shape.map(() => 0), 0, 0, ...more], g.scalar(Number.NEGATIVE_INFINITY, x));
  const rest = end.map((pad, i) => pad - (more[i] as number));
  return [g.node('MaxPool', [wide], { ...attributes, pads: ints([...begin, ...rest]) }), ...indices];
};
