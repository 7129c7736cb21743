/** Lowerings of Cast and CastLike. Half precision becomes float32; what quantisers made keeps its float form. */
import { GibbonError } from '../../base/errors.ts';
import { intOf, type Node, type Value } from '../../onnx/graph.ts';
import { type ElementType, elementTypeOf, isFloat, isHalf } from '../../onnx/tensor.ts';
import type { LowerContext, Lowering } from './context.ts';
import { asFloats } from './integers.ts';

function cast({ g, node, input }: LowerContext, type: ElementType): Value {
  const x = input(0);
  if (type === 'string' || x.type === 'string') refuseText(node);
  if (!isFloat(type)) return g.cast(x, type);
  // Constants are cast at once, for float64 holds integers that float32 does not.
  return g.cast(g.isFixed(x) ? x : asFloats(g, x), isHalf(type) ? 'float32' : type);
}

/** @throws GibbonError E_MODEL_UNSUPPORTED */
function refuseText({ op, name }: Node): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name} reads or writes text, which has no gradient`, {
    hint: 'Attacks that need only labels still work on this model.',
  });
}

export const castTo: Lowering = (context) => [cast(context, elementTypeOf(intOf(context.node, 'to', 1)))];

export const castLike: Lowering = (context) => [cast(context, context.input(1).type)];
