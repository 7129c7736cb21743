/**
 * Lowerings of layers that draw random numbers. What they draw becomes an input of the graph, so a step can be run again on the same noise, and averaged
 * over several draws of it (EOT, Athalye et al., arXiv:1707.07397). The `seed` of a node is left to the runtime: no two runtimes make the same of it.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import { floatOf, intOf, intsOf, type Node, type Value } from '../../onnx/graph.ts';
import { type ElementType, elementTypeOf, isFloat, isHalf } from '../../onnx/tensor.ts';
import type { LowerContext, Lowering } from './context.ts';

/** The type that the node names, or that of the value it is like; half precision is computed in single. */
function typeOf(node: Node, like: ElementType): ElementType {
  const named = intOf(node, 'dtype', 0);
  const type = named > 0 ? elementTypeOf(named) : like;
  return isHalf(type) ? 'float32' : type;
}

const cast = (g: GraphBuilder, value: Value, type: ElementType): Value => (value.type === type ? value : g.cast(value, type));

/** low + (high − low)·u */
function uniform({ node, g }: LowerContext, u: Value, type: ElementType): Value {
  const [low, high] = [floatOf(node, 'low', 0), floatOf(node, 'high', 1)];
  return cast(g, g.add(g.mul(u, g.scalar(high - low)), g.scalar(low)), type);
}

/** mean + scale·z, with z = √(−2 ln u₁)·cos(2πu₂) (Box and Muller). */
function normal({ node, g }: LowerContext, [first, second]: readonly [Value, Value], type: ElementType): Value {
  const radius = g.sqrt(g.mul(g.node('Log', [first]), g.scalar(-2)));
  const z = g.mul(radius, g.node('Cos', [g.mul(second, g.scalar(2 * Math.PI))]));
  return cast(g, g.add(g.mul(z, g.scalar(floatOf(node, 'scale', 1))), g.scalar(floatOf(node, 'mean', 0))), type);
}

const floating = (type: ElementType): ElementType => (isFloat(type) ? type : 'float32');

export const randomUniformLike: Lowering = (context) => {
  const x = context.input(0);
  return [uniform(context, context.draw(x.shape, x), typeOf(context.node, floating(x.type)))];
};

export const randomNormalLike: Lowering = (context) => {
  const x = context.input(0);
  return [normal(context, [context.draw(x.shape, x), context.draw(x.shape, x)], typeOf(context.node, floating(x.type)))];
};

export const randomUniform: Lowering = (context) => {
  const shape = intsOf(context.node, 'shape') ?? [];
  return [uniform(context, context.draw(shape), typeOf(context.node, 'float32'))];
};

export const randomNormal: Lowering = (context) => {
  const shape = intsOf(context.node, 'shape') ?? [];
  return [normal(context, [context.draw(shape), context.draw(shape)], typeOf(context.node, 'float32'))];
};

/**
 * u > p, as the operator's function body in the standard has it and ONNX Runtime draws it: 1 with the probability 1 − p, although its text promises p.
 * It is the runtime that decides.
 */
export const bernoulli: Lowering = (context) => {
  const { g, node, input } = context;
  const p = input(0);
  return [g.cast(g.greater(cast(g, context.draw(p.shape, p), p.type), p), typeOf(node, p.type))];
};

/** Dropout that is still training: y = x·m/(1 − ratio), where each m is 0 with probability `ratio`. */
export function trainingDropout(context: LowerContext, ratio: number): readonly Value[] {
  const { g, node, input } = context;
  const x = input(0);
  const kept = g.not(g.less(context.draw(x.shape, x), g.scalar(ratio)));
  const scale = ratio < 1 ? 1 / (1 - ratio) : 0;
  return [g.mul(x, g.mul(g.cast(kept, x.type), g.scalar(scale, x))), ...(node.outputs.length > 1 ? [kept] : [])];
}
