/** Softmax and LogSoftmax with differences of their inputs: yᵢ = 1/Σⱼ e^(xⱼ − xᵢ), where no large number is subtracted from another. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { intOf, type Value } from '../../onnx/graph.ts';
import { floats } from '../../onnx/tensor.ts';
import { axisOf } from '../../ops/shapes.ts';
import type { Rewrite, Rewriting } from './bound-form.ts';

/** The differences are as many as the square of this. */
const WIDEST = 512;

export const softmax: Readonly<Record<string, Rewrite>> = {
  Softmax: (context) => over(context, (g, sum) => g.node('Reciprocal', [sum])),
  LogSoftmax: (context) => over(context, (g, sum) => g.neg(g.node('Log', [sum]))),
};

function over({ g, node, inputs }: Rewriting, end: (g: GraphBuilder, sum: Value) => Value): Value | undefined {
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
    end(g, sum),
    last.map((_, at) => last.indexOf(at)),
  );
}
