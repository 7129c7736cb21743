/** Lowerings of the rarer functions of one value: trigonometric and hyperbolic ones, gates, thresholds. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, int, intOf, type Value } from '../../onnx/graph.ts';
import { isFloat } from '../../onnx/tensor.ts';
import { axisOf } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';

/** A lowering that writes one function of its input. */
const of =
  (write: (g: GraphBuilder, x: Value) => Value): Lowering =>
  ({ g, input }) => [write(g, input(0))];

const one = (g: GraphBuilder, x: Value): Value => g.scalar(1, x);

/** atan(x/√(1 − x²)); the factors keep the root exact near ±1. */
const arcSine = (g: GraphBuilder, x: Value): Value => g.node('Atan', [g.div(x, g.sqrt(g.mul(g.sub(one(g, x), x), g.add(one(g, x), x))))]);

const coshOf = (g: GraphBuilder, x: Value): Value => g.mul(g.add(g.exp(x), g.exp(g.neg(x))), g.scalar(0.5, x));

export const tan = of((g, x) => g.div(g.node('Sin', [x]), g.node('Cos', [x])));
export const asin = of(arcSine);
export const acos = of((g, x) => g.sub(g.scalar(Math.PI / 2, x), arcSine(g, x)));
export const cosh = of(coshOf);
/** tanh·cosh, which is exact near 0, where e^x − e^−x is not. */
export const sinh = of((g, x) => g.mul(g.node('Tanh', [x]), coshOf(g, x)));
/** sign·log(|x| + √(x² + 1)), with |x| = sign·x so that the derivative at 0 is 1. */
export const asinh = of((g, x) => {
  const sign = g.where(g.less(x, g.scalar(0, x)), g.scalar(-1, x), one(g, x));
  return g.mul(sign, g.node('Log', [g.add(g.mul(sign, x), g.sqrt(g.add(g.mul(x, x), one(g, x))))]));
});
export const acosh = of((g, x) => g.node('Log', [g.add(x, g.sqrt(g.mul(g.sub(x, one(g, x)), g.add(x, one(g, x)))))]));
export const atanh = of((g, x) => g.mul(g.node('Log', [g.div(g.add(one(g, x), x), g.sub(one(g, x), x))]), g.scalar(0.5, x)));

/** Swish: x·σ(alpha·x) (Ramachandran et al., arXiv:1710.05941). */
export const swish: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const alpha = floatOf(node, 'alpha', 1);
  return [g.mul(x, g.node('Sigmoid', [alpha === 1 ? x : g.mul(x, g.scalar(alpha, x))]))];
};

/** Shrink: x + bias below −lambd, x − bias above lambd, 0 between. */
export const shrink: Lowering = ({ g, node, input }) => {
  const x = isFloat(input(0).type) ? input(0) : g.cast(input(0), 'float32');
  const [lambda, bias, zero] = [floatOf(node, 'lambd', 0.5), g.scalar(floatOf(node, 'bias', 0), x), g.scalar(0, x)];
  const above = g.where(g.greater(x, g.scalar(lambda, x)), g.sub(x, bias), zero);
  return [g.cast(g.where(g.less(x, g.scalar(-lambda, x)), g.add(x, bias), above), input(0).type)];
};

/** Hardmax: 1 at the first largest element along the axis; before opset 13 over all axes from `axis` on. */
export const hardmax: Lowering = ({ g, node, opset, input }) => {
  const x = input(0);
  const axis = axisOf(node, intOf(node, 'axis', opset >= 13 ? -1 : 1), x.shape.length);
  const flat = opset >= 13 ? x : g.reshape(x, [...x.shape.slice(0, axis), x.shape.slice(axis).reduce((a, b) => a * b, 1)]);
  const size = flat.shape[axis] as number;
  const first = g.node('ArgMax', [flat], { axis: int(axis), keepdims: int(1) });
  const places = g.reshape(g.ints(Array.from({ length: size }, (_, i) => i)), [size, ...flat.shape.slice(axis + 1).map(() => 1)]);
  return [g.reshape(g.cast(g.equal(first, places), x.type), x.shape)];
};
