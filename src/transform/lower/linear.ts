/** Lowerings of linear layers; batch normalisation disappears into the layer before it. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, intOf, type Value } from '../../onnx/graph.ts';
import { type LowerContext, type Lowering, refuseTraining } from './context.ts';
import { current } from './legacy.ts';
import { perChannel, standardised } from './normalise.ts';

export const conv: Lowering = ({ g, node, inputs }) => [g.node(node.op, inputs, node.attributes)];

export const gemm: Lowering = (context) => [context.g.node('Gemm', context.inputs, current(context))];

export const matmul: Lowering = ({ g, input }) => [product(g, input(0), input(1))];

/** MatMul: vectors become matrices and back. */
export function product(g: GraphBuilder, left: Value, right: Value): Value {
  let [a, b] = [left, right];
  const [vectorA, vectorB] = [a.shape.length === 1, b.shape.length === 1];
  if (vectorA) a = g.reshape(a, [1, ...a.shape]);
  if (vectorB) b = g.reshape(b, [...b.shape, 1]);
  const y = g.matmul(a, b);
  return g.reshape(
    y,
    y.shape.filter((_, i) => !(vectorA && i === y.shape.length - 2) && !(vectorB && i === y.shape.length - 1)),
  );
}

/** y = x·s + t with s = scale/√(var + ε) and t = bias − mean·s; both follow from constants, and fold into a Conv or Gemm before. */
export const batchNormalization: Lowering = (context) => {
  const { g, node, input, opset } = context;
  const statistics = opset < 14 && node.outputs.slice(1).some((name) => name !== '');
  if (intOf(node, 'training_mode', 0) === 1 || statistics) return standardisedWeights(context);
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map(input) as [Value, Value, Value, Value, Value];
  const factor = g.div(scale, g.sqrt(g.add(variance, g.scalar(floatOf(node, 'epsilon', 1e-5), variance))));
  // Folded, mean and bias could cancel before anybody sees how large they are: bounds of rounding need them apart.
  if (context.exact && scale.shape.length === 1) {
    const rank = Math.max(x.shape.length, 2);
    const [centre, steep, moved] = [mean, factor, bias].map((value) => perChannel(g, value, rank)) as [Value, Value, Value];
    return [g.add(g.mul(g.sub(x, centre), steep), moved)];
  }
  const shift = g.sub(bias, g.mul(mean, factor));
  // Before opset 9 every position could have statistics of its own.
  if (scale.shape.length > 1) return [g.add(g.mul(x, factor), shift)];
  const folded = foldedInto(g, x, { factor, shift });
  if (folded) return [folded];
  const rank = Math.max(x.shape.length, 2);
  return [g.add(g.mul(x, perChannel(g, factor, rank)), perChannel(g, shift, rank))];
};

/** Batch normalisation by the statistics of its own input: of weights (standardised convolutions) it follows from constants; of data it is training. */
function standardisedWeights({ g, node, input }: LowerContext): readonly Value[] {
  const [x, scale, bias] = [input(0), input(1), input(2)];
  if (!g.isFixed(x)) refuseTraining(node);
  const rank = x.shape.length;
  const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
  const { y } = standardised(g, x, axes, floatOf(node, 'epsilon', 1e-5));
  return [g.add(g.mul(y, perChannel(g, scale, rank)), perChannel(g, bias, rank))];
}

/** The layer that made x with the factor in its weights and the shift in its bias, where that layer's weights are constants. */
function foldedInto(g: GraphBuilder, x: Value, { factor, shift }: { factor: Value; shift: Value }): Value | undefined {
  const producer = g.producer(x);
  const [data, w, b] = (producer?.inputs ?? []).map((name) => (name === '' ? undefined : g.value(name)));
  if (!producer || !data || !w || !g.isFixed(w) || (b && !g.isFixed(b)) || !g.isFixed(factor)) return undefined;
  const moved = b ? g.add(g.mul(b, factor), shift) : shift;
  if (producer.op === 'Conv') {
    const weights = g.mul(w, g.reshape(factor, [factor.shape[0] as number, ...w.shape.slice(1).map(() => 1)]));
    return g.node('Conv', [data, weights, moved], producer.attributes);
  }
  if (producer.op === 'Gemm' && floatOf(producer, 'alpha', 1) === 1 && floatOf(producer, 'beta', 1) === 1) {
    const columns = intOf(producer, 'transB', 0) ? g.reshape(factor, [factor.shape[0] as number, 1]) : factor;
    return g.node('Gemm', [data, g.mul(w, columns), moved], producer.attributes);
  }
  return undefined;
}
