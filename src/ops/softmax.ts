/** Softmax along an axis. */
import type { GraphBuilder } from '../onnx/build.ts';
import { intOf, type Value } from '../onnx/graph.ts';
import type { OpRule } from './rule.ts';
import { fromBack, typeOf } from './shapes.ts';

/** d = y·(ct − Σ ct·y) */
export const softmax: OpRule = {
  type: 'Softmax',
  family: 'unary',
  differentiable: 'exact',
  infer: (context) => [typeOf(context, 0)],
  gradient: ({ g, node, outputs, cotangents }) => {
    const ct = cotangents[0] as Value;
    const y = guarded(g, outputs[0] as Value);
    const axis = fromBack(intOf(node, 'axis', -1), y.shape.length);
    return [g.mul(y, g.sub(ct, g.sum(g.mul(ct, y), [axis], true)))];
  },
};

/**
 * Where every element of a row is −∞ (a query that may see no key), softmax is no number. A model that replaces it there gives it the cotangent
 * 0, and 0 times no number would be no number.
 */
function guarded(g: GraphBuilder, y: Value): Value {
  const names = new Set([y.name]);
  for (const { op, inputs, outputs } of g.nodes) if (op === 'Cast' && names.has(inputs[0] as string)) names.add(outputs[0] as string);
  const replaced = g.nodes.some(({ op, inputs }) => (op === 'Where' || op === 'IsNaN') && inputs.some((name) => names.has(name)));
  return replaced ? g.where(g.node('IsNaN', [y]), g.scalar(0, y), y) : y;
}
