/**
 * Softmax with differences of its inputs: yᵢ = 1/Σⱼ e^(xⱼ − xᵢ), where no large number is subtracted from another; LogSoftmax as x less one value for all, which
 * cancels where differences of its elements are bounded.
 */
import { int, intOf, type Value } from '../../onnx/graph.ts';
import { floats } from '../../onnx/tensor.ts';
import { axisOf } from '../../ops/shapes.ts';
import type { Rewrite, Rewriting } from './rewriting.ts';

/** The differences are as many as the square of this. */
const WIDEST = 512;

export const softmax: Readonly<Record<string, Rewrite>> = {
  Softmax: ofGaps,
  LogSoftmax: ({ g, node, inputs }) => {
    const x = inputs[0] as Value;
    const axes = [axisOf(node, intOf(node, 'axis', -1), x.shape.length)];
    const centred = g.sub(x, g.node('ReduceMean', [x, g.ints(axes)], { keepdims: int(1) }));
    return g.sub(centred, g.node('Log', [g.sum(g.exp(centred), axes, true)]));
  },
};

function ofGaps({ g, node, inputs }: Rewriting): Value | undefined {
  const x = inputs[0] as Value;
  const rank = x.shape.length;
  const axis = axisOf(node, intOf(node, 'axis', -1), rank);
  const size = x.shape[axis] as number;
  if (size > WIDEST) return undefined;
  const last = [...[...Array(rank).keys()].filter((at) => at !== axis), axis];
  const rows = g.transpose(x, last);
  const front = rows.shape.slice(0, -1);
  const gaps = g.sub(g.reshape(rows, [...front, 1, size]), g.reshape(rows, [...front, size, 1]));
  // xᵢ − xᵢ is 0 whatever xᵢ lies between.
  const others = floats(
    Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 0 : 1)),
    [size, size],
    x.type,
  );
  const sum = g.sum(g.exp(g.mul(gaps, g.constant(others))), [rank]);
  return g.transpose(
    g.node('Reciprocal', [sum]),
    last.map((_, at) => last.indexOf(at)),
  );
}
