/** How much farther apart an affine node may take two inputs in L2: its norm as a linear map, from above. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, type Node, type Value } from '../../onnx/graph.ts';
import { isFloat } from '../../onnx/tensor.ts';
import { withoutSigns } from '../../ops/intervals.ts';
import { windowOf } from '../../ops/shapes.ts';
import { ruleOf } from '../../ops/table.ts';
import { unbroadcast } from '../gradient.ts';
import { EXTRA, isExact, termsOf, UNIT } from './rounding.ts';
import { constantsOf, type Scope } from './scope.ts';
import { convolutionNorm, matrixNorm } from './spectral.ts';

/** ‖L‖₂ from above, a scalar, of the node as a function of its input `index`, the others standing still. */
export function operatorNorm(scope: Scope, node: Node, index: number): Value {
  const sums = normBySums(scope, node, index);
  const spectral = spectralNorm(scope, node, index);
  return spectral ? scope.g.min(sums, spectral) : sums;
}

/** √(‖L‖₁·‖L‖∞) ≥ ‖L‖₂ (Higham, Accuracy and Stability, equation 6.19): exact for pools side by side, moves and factors. */
function normBySums(scope: Scope, node: Node, index: number): Value {
  const { g } = scope;
  const op = node.op === 'Sub' ? 'Add' : node.op === 'Neg' ? 'Identity' : node.op;
  const factors = ruleOf(node.op).family === 'bilinear' || node.op === 'Div' ? 2 : 0;
  const inputs = constantsOf(scope, node).map((constant, i) => {
    if (constant)
      return isFloat(constant.type) && node.op !== 'Resize' ? (i < factors ? g.abs(constant) : zerosLike(g, constant)) : constant;
    const name = node.inputs[i] as string;
    if (name === '') return undefined;
    return i === index ? onesLike(g, scope.typed(name)) : zerosLike(g, scope.typed(name));
  });
  const attributes = withoutSigns(node);
  const outputs = g.nodes1(op, inputs, attributes, node.outputs.length);
  const back = ruleOf(op).gradient({
    g,
    node: { ...node, op, attributes },
    inputs: inputs as Value[],
    outputs,
    cotangents: outputs.map((output) => onesLike(g, output)),
    lead: 0,
    wants: (i) => i === index,
  })[index];
  const own = scope.typed(node.inputs[index] as string);
  const rows = outputs.map((output) => most(g, output)).reduce((a, b) => g.max(a, b));
  const columns = back ? most(g, unbroadcast(g, back, own, 0)) : g.scalar(0, own);
  const shapes = node.inputs.map((name) => (name === '' ? [] : scope.typed(name).shape));
  const { forward, back: returning } = isExact(node)
    ? { forward: 1, back: 1 }
    : termsOf(node, shapes, (outputs[0] as Value).shape, (i) => i === index);
  return g.mul(g.sqrt(g.mul(rows, columns)), g.scalar(1 + 2 * UNIT * (forward + returning + EXTRA), own));
}

/** Of products with a matrix and of convolutions: far below what sums give. */
function spectralNorm(scope: Scope, node: Node, index: number): Value | undefined {
  const { g } = scope;
  const weights = scope.constants.get(node.inputs[1 - index] ?? '');
  if (!weights) return undefined;
  const spatial = scope.typed(node.inputs[index] as string).shape.slice(2);
  switch (node.op) {
    case 'MatMul':
      return weights.shape.length === 2 ? matrixNorm(g, weights) : undefined;
    case 'Gemm': {
      const norm = matrixNorm(g, weights);
      return norm && g.mul(norm, g.scalar(Math.abs(floatOf(node, 'alpha', 1)) * (1 + 4 * UNIT), norm));
    }
    case 'Conv':
      return index === 0
        ? convolutionNorm(
            g,
            weights,
            windowOf(node, spatial, weights.shape.slice(2)),
            scope.typed(node.outputs[0] as string).shape.slice(2),
          )
        : undefined;
    case 'ConvTranspose':
      // The transpose of a convolution from its outputs to its inputs.
      return index === 0 ? convolutionNorm(g, weights, windowOf(node, spatial, weights.shape.slice(2)), spatial) : undefined;
    default:
      return undefined;
  }
}

const onesLike = (g: GraphBuilder, { shape, type }: Value): Value => g.expand(g.scalar(1, { type }), shape);
const zerosLike = (g: GraphBuilder, { shape, type }: Value): Value => g.zeros(shape, type);

function most(g: GraphBuilder, value: Value): Value {
  return g.reduceMax(g.reshape(value, [value.shape.reduce((a, b) => a * b, 1)]), [0]);
}
