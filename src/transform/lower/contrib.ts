/** Lowerings of layers that ONNX Runtime's optimiser fuses: a product or convolution with what stands around it, and normalised sums. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { float, floatOf, intOf, type Node, stringOf, type Value } from '../../onnx/graph.ts';
import { shapeError } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';
import { geluOf } from './elementwise.ts';
import { standardised } from './normalise.ts';

/** FusedMatMul: alpha·op(A)·op(B), where op also may move the first axis behind the batch axes. */
export const fusedMatMul: Lowering = ({ g, node, input }) => {
  const operand = (index: number, name: string): Value => {
    const x = input(index);
    const rank = x.shape.length;
    const batched = intOf(node, `transBatch${name}`, 0) === 1 && rank > 2;
    const moved = batched ? g.transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i + 1), 0, rank - 1]) : x;
    return intOf(node, `trans${name}`, 0) === 1 && rank > 1 ? g.transposed(moved) : moved;
  };
  const product = g.matmul(operand(0, 'A'), operand(1, 'B'));
  const alpha = floatOf(node, 'alpha', 1);
  return [alpha === 1 ? product : g.mul(product, g.scalar(alpha, product))];
};

/** FusedConv: a convolution, a sum with another value, an activation. */
export const fusedConv: Lowering = ({ g, node, inputs, input }) => {
  const { activation: _, activation_params: parameters, ...attributes } = node.attributes;
  const y = g.node('Conv', [input(0), input(1), inputs[2]], attributes);
  const sum = inputs[3] ? g.add(y, inputs[3]) : y;
  return [activated(g, node, sum, parameters?.kind === 'floats' ? parameters.value : [])];
};

function activated(g: GraphBuilder, node: Node, x: Value, [first = 0, second = 0]: readonly number[]): Value {
  const name = stringOf(node, 'activation', '');
  if (name === '') return x;
  if (name === 'Clip') return g.clip(x, first, second);
  if (name === 'LeakyRelu') return g.node('LeakyRelu', [x], { alpha: float(first) });
  if (name === 'HardSigmoid') return g.node('HardSigmoid', [x], { alpha: float(first), beta: float(second) });
  if (name === 'Relu' || name === 'Sigmoid' || name === 'Tanh') return g.node(name, [x]);
  return shapeError(node, `its activation ${name} is not known`);
}

/** BiasGelu and FastGelu: a vector may be added before. */
export const fusedGelu =
  (approximate: 'none' | 'tanh'): Lowering =>
  ({ g, inputs, input }) => [geluOf(g, inputs[1] ? g.add(input(0), inputs[1]) : input(0), approximate)];

/** scale·(x − mean)/√(var + ε) + shift over the last axis, with mean and 1/deviation. */
function normalisedSum({ g, node }: LowerContext, x: Value, scale: Value, shift: Value | undefined): Value[] {
  const { y, mean, deviation } = standardised(g, x, [x.shape.length - 1], floatOf(node, 'epsilon', 1e-12));
  const scaled = g.mul(y, scale);
  return [shift ? g.add(scaled, shift) : scaled, mean, g.node('Reciprocal', [deviation])];
}

/** SkipLayerNormalization: layer normalisation of input + skip + bias; the sum is an output too. */
export const skipLayerNormalization: Lowering = (context) => {
  const { g, input, inputs } = context;
  const skipped = g.add(input(0), input(1));
  const sum = inputs[4] ? g.add(skipped, inputs[4]) : skipped;
  return [...normalisedSum(context, sum, input(2), inputs[3]), sum];
};

/** EmbedLayerNormalization: word, position and segment embeddings added up and normalised; also each row's length by its mask. */
export const embedLayerNormalization: Lowering = (context) => {
  const { g, node, input, inputs } = context;
  const [words, segments, mask, given] = [input(0), inputs[1], inputs[7], inputs[8]];
  if (words.shape.length !== 2) shapeError(node, `its ids [${words.shape}] are no matrix`);
  const [batch, length] = words.shape as [number, number];
  const rows = (table: number, ids: Value): Value => g.node('Gather', [input(table), ids]);
  const places = given ?? g.ints(Array.from({ length }, (_, i) => i));
  const named = g.add(rows(2, words), rows(3, places));
  const sum = segments ? g.add(named, rows(4, segments)) : named;
  const [y] = normalisedSum(context, sum, input(5), input(6));
  const count = mask ? g.sum(g.cast(mask, 'int32'), [1]) : g.zeros([batch], 'int32');
  return [y, count, sum];
};
