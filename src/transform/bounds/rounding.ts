/**
 * How far float32 may take a node away from exact arithmetic, whatever the order of its operations. A sum of n products, however it is bracketed,
 * fused or blocked, lies within γₙ·Σ|wᵢ||xᵢ|, γₙ = nu/(1 − nu), u = 2⁻²⁴, of the exact one (Higham, Accuracy and Stability, equation 3.7).
 */

import { intOf, intsOf, type Node, type Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { withoutSigns } from '../../ops/intervals.ts';
import type { Interval } from '../../ops/rule.ts';
import { ruleOf } from '../../ops/table.ts';
import { constantsOf, hasOffset, type Scope } from './scope.ts';

/** The unit roundoff of float32. */
export const UNIT = 2 ** -24;

/**
 * Roundings on the way to one element beside its sum: a bias, weights that a runtime folds (batch normalisation), the ends of an interval.
 */
export const EXTRA = 8;

/** Products of roundings, γₙ instead of n·u (n below 2¹⁷), and the rounding of the error terms themselves: all below this share of them. */
export const SLACK = 1.02;

/** What underflow, and slopes of intervals below 1e-30, may cost an element. */
const UNDERFLOW = 1e-28;

/** Terms of the sum behind one element of the output, and behind one element of an input that varies in the transpose. */
export function termsOf(
  node: Node,
  shapes: readonly (readonly number[])[],
  output: readonly number[],
  varies: (index: number) => boolean,
): { readonly forward: number; readonly back: number } {
  const [x = [], w = []] = shapes;
  switch (node.op) {
    case 'Conv':
      return { forward: sizeOf(w.slice(1)), back: (w[0] as number) * sizeOf(w.slice(2)) };
    case 'ConvTranspose':
      return { forward: (w[0] as number) * sizeOf(w.slice(2)), back: sizeOf(w.slice(1)) };
    case 'Gemm':
    case 'MatMul': {
      const forward = (node.op === 'Gemm' && intOf(node, 'transA', 0) ? x.at(-2) : x.at(-1)) ?? 1;
      // So many elements of the output does one of the input reach, and with it those that it is repeated for.
      const factors = [x, w].filter((_, i) => varies(i));
      return { forward, back: Math.max(1, ...factors.map((factor) => (sizeOf(output) * forward) / sizeOf(factor))) };
    }
    case 'AveragePool':
      return { forward: sizeOf(intsOf(node, 'kernel_shape', [])), back: sizeOf(intsOf(node, 'kernel_shape', [])) };
    case 'ReduceSum':
    case 'ReduceMean':
      return { forward: sizeOf(x) / sizeOf(output), back: 2 };
    case 'CumSum':
      return { forward: Math.max(...x), back: Math.max(...x) };
    default:
      return { forward: 1, back: 1 };
  }
}

/** |op|(|x|) + |b|: what the sums of an affine node could add up to, were nothing to cancel. */
export function magnitudeOf(scope: Scope, node: Node, largest: readonly (Value | undefined)[]): Value {
  const { g } = scope;
  const inputs = constantsOf(scope, node).map((constant, i) => {
    if (!constant) return largest[i];
    return constant.type === 'float32' || constant.type === 'float64' ? g.abs(constant) : constant;
  });
  const op = node.op === 'Sub' ? 'Add' : node.op === 'Neg' ? 'Identity' : node.op;
  return g.nodes1(op, inputs, withoutSigns(node), node.outputs.length)[0] as Value;
}

/** Moves elements without computing. */
export function isExact(node: Pick<Node, 'op' | 'attributes'>): boolean {
  if (node.op === 'ScatterND') return false;
  return ruleOf(node.op).family === 'structural' || node.op === 'Neg' || node.op === 'Identity' || node.op === 'Resize';
}

/** The most that each element of |x| can be. */
export function largestOf({ g }: Pick<Scope, 'g'>, { lower, upper }: Interval): Value {
  return g.max(g.neg(lower), upper);
}

/**
 * For an affine node, the error of computing it in float32 as deployed, plus that of pulling a bound's coefficients A back through it: for computed
 * coefficients the latter is at most γ·|A||W||x| with γ of the transposed sum, so both have the form |A|·δ.
 */
export function affineError(scope: Scope, node: Node, largest: readonly (Value | undefined)[]): Value {
  const { g } = scope;
  const magnitude = magnitudeOf(scope, node, largest);
  const shapes = node.inputs.map((name) => (name === '' ? [] : scope.typed(name).shape));
  const { forward, back } = termsOf(node, shapes, magnitude.shape, (i) => scope.varies(node.inputs[i] ?? ''));
  const own = scaled(g, magnitude, forward + back + EXTRA);
  const offset = offsetError(scope, node);
  return offset ? g.add(own, offset) : own;
}

/** What the sum over all elements of a node's constant part, each times a coefficient, may be off by; undefined where nothing constant adds to it. */
export function offsetError(scope: Scope, node: Node): Value | undefined {
  if (!hasOffset(scope, node)) return undefined;
  const { g } = scope;
  const zeros = node.inputs.map((name) => (scope.varies(name) ? g.zeros(scope.typed(name).shape, scope.typed(name).type) : undefined));
  const offset = magnitudeOf(scope, node, zeros);
  return scaled(g, offset, elementsOf(scope, offset) + EXTRA);
}

/** Elements that belong to one row of the batch, wherever its axis lies. */
export function elementsOf({ net }: Pick<Scope, 'net'>, { shape }: Pick<Value, 'shape'>): number {
  return sizeOf(shape) / (net.inputs[0]?.shape[0] ?? 1);
}

/** terms·u·magnitude, with slack for everything of higher order. */
export function scaled(g: Scope['g'], magnitude: Value, terms: number): Value {
  return g.add(
    g.mul(magnitude, g.scalar((SLACK * UNIT * terms) / (1 - Math.min(0.5, UNIT * terms)), magnitude)),
    g.scalar(UNDERFLOW, magnitude),
  );
}
