/** Lowerings of pooling. */

import type { GraphBuilder } from '../../onnx/build.ts';
import { int, ints, intsOf, type Node, type Value } from '../../onnx/graph.ts';
import { averageWindow, reciprocalCounts } from '../../ops/average-pool.ts';
import { shapeError, slide, type Window } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';

const spatialAxes = (x: Value): number[] => x.shape.slice(2).map((_, i) => i + 2);
const overSpace = (g: GraphBuilder, op: string, x: Value): Value => g.node(op, [x, g.ints(spatialAxes(x))], { keepdims: int(1) });

export const globalAveragePool: Lowering = ({ g, input }) => [overSpace(g, 'ReduceMean', input(0))];
export const globalMaxPool: Lowering = ({ g, input }) => [overSpace(g, 'ReduceMax', input(0))];

/** An average over the whole input is a mean, whose gradient is far cheaper; one with gaps (opset 19) is a convolution with ones. */
export const averagePool: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const window = averageWindow(node, x.shape);
  const { kernel, pads, dilations } = window;
  const whole = kernel.every((k, i) => k === x.shape[i + 2]) && pads.every((p) => p === 0);
  const { dilations: _, ...attributes } = node.attributes;
  if (dilations.some((d) => d !== 1)) return [dilated(g, node, x, window)];
  return [whole ? overSpace(g, 'ReduceMean', x) : g.node('AveragePool', [x], attributes)];
};

function dilated(g: GraphBuilder, node: Node, x: Value, window: Window): Value {
  const { kernel, strides, dilations, pads } = window;
  const channels = x.shape[1] as number;
  const out = slide(x.shape.slice(2), window);
  // Padded at the end as far as the last window reaches, so that the convolution needs no ceil mode.
  const end = out.map((o, i) => {
    const reach = (o - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1;
    return Math.max(0, reach - (x.shape[i + 2] as number) - (pads[i] as number));
  });
  const attributes = {
    strides: ints(strides),
    dilations: ints(dilations),
    group: int(channels),
    pads: ints([...pads.slice(0, kernel.length), ...end]),
  };
  const sums = g.node('Conv', [x, g.expand(g.scalar(1, x), [channels, 1, ...kernel])], attributes);
  return g.mul(sums, g.constant(reciprocalCounts(node, x, window)));
}

export const maxPool: Lowering = ({ g, node, input }) => {
  if (node.outputs.length > 1 && node.outputs[1] !== '') shapeError(node, 'its index output is not supported');
  if (intsOf(node, 'kernel_shape') === undefined) shapeError(node, 'kernel_shape is missing');
  const { storage_order: _, ...attributes } = node.attributes;
  return [g.node('MaxPool', [input(0)], attributes)];
};
