/** TopK: the k largest or smallest elements along an axis, and their indices. */
import { intOf, type Value } from '../onnx/graph.ts';
import type { OpRule } from './rule.ts';
import { axisOf, constantNumbers, listOf, typeOf } from './shapes.ts';

/** The gradient goes to the chosen elements: a comparison of positions spreads it, so ties are given to the chosen index only. */
export const topK: OpRule = {
  type: 'TopK',
  family: 'selection',
  differentiable: 'exact',
  infer: (context) => {
    const x = typeOf(context, 0);
    const axis = axisOf(context.node, intOf(context.node, 'axis', -1), x.shape.length);
    const k = constantNumbers(context, 1, 'k')[0] as number;
    const shape = x.shape.map((dim, i) => (i === axis ? k : dim));
    return [
      { type: x.type, shape },
      { type: 'int64', shape },
    ];
  },
  gradient: ({ g, node, inputs, outputs, cotangents }) => {
    const [x, ct, indices] = [inputs[0] as Value, cotangents[0] as Value | undefined, outputs[1] as Value];
    if (!ct) return [];
    const rank = x.shape.length;
    const axis = axisOf(node, intOf(node, 'axis', -1), rank);
    const back = axis - rank;
    const size = x.shape[axis] as number;
    // chosen [..., k, size, ...]: does the j-th chosen element stand at position p?
    const spaced = g.reshape(indices, [...indices.shape.slice(0, axis + 1), 1, ...indices.shape.slice(axis + 1)]);
    const positions = g.reshape(g.ints(listOf(size, (i) => i)), [size, ...x.shape.slice(axis + 1).map(() => 1)]);
    const chosen = g.cast(g.equal(spaced, positions), x.type);
    const at = ct.shape.length + back + 1;
    const wide = g.reshape(ct, [...ct.shape.slice(0, at), 1, ...ct.shape.slice(at)]);
    return [g.sum(g.mul(wide, chosen), [back - 1])];
  },
};
