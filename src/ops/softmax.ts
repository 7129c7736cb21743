/** Softmax along an axis. */
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
    const [y, ct] = [outputs[0] as Value, cotangents[0] as Value];
    const axis = fromBack(intOf(node, 'axis', -1), y.shape.length);
    return [g.mul(y, g.sub(ct, g.sum(g.mul(ct, y), [axis], true)))];
  },
};
