/** Lowerings of pooling. */
import { int, intsOf, type Value } from '../../onnx/graph.ts';
import { averageWindow } from '../../ops/average-pool.ts';
import { shapeError } from '../../ops/shapes.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Lowering } from './context.ts';

const spatialAxes = (x: Value): number[] => x.shape.slice(2).map((_, i) => i + 2);
const overSpace = (g: GraphBuilder, op: string, x: Value): Value => g.node(op, [x, g.ints(spatialAxes(x))], { keepdims: int(1) });

export const globalAveragePool: Lowering = ({ g, input }) => [overSpace(g, 'ReduceMean', input(0))];
export const globalMaxPool: Lowering = ({ g, input }) => [overSpace(g, 'ReduceMax', input(0))];

/** An average over the whole input is a mean, whose gradient is far cheaper. */
export const averagePool: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const { kernel, pads } = averageWindow(node, x.shape);
  const whole = kernel.every((k, i) => k === x.shape[i + 2]) && pads.every((p) => p === 0);
  return [whole ? overSpace(g, 'ReduceMean', x) : g.node('AveragePool', [x], node.attributes)];
};

export const maxPool: Lowering = ({ g, node, input }) => {
  if (node.outputs.length > 1 && node.outputs[1] !== '') shapeError(node, 'its index output is not supported');
  if (intsOf(node, 'kernel_shape') === undefined) shapeError(node, 'kernel_shape is missing');
  const { storage_order: _, ...attributes } = node.attributes;
  return [g.node('MaxPool', [input(0)], attributes)];
};
