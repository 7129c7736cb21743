/** Concat along an axis. */
import { intOf, type Value } from '../onnx/graph.ts';
import { ends } from './intervals.ts';
import type { OpRule } from './rule.ts';
import { axisOf, shapeError, typeOf } from './shapes.ts';

/** The transpose cuts the cotangent into the operands' pieces. */
export const concat: OpRule = {
  type: 'Concat',
  family: 'structural',
  differentiable: 'exact',
  interval: ends,
  affine: () => true,
  infer: (context) => {
    const types = context.inputs.map((_, i) => typeOf(context, i));
    const first = typeOf(context, 0);
    const axis = axisOf(context.node, intOf(context.node, 'axis', 0), first.shape.length);
    for (const { shape } of types) {
      const fits = shape.length === first.shape.length && shape.every((dim, i) => i === axis || dim === first.shape[i]);
      if (!fits) shapeError(context.node, `cannot join [${first.shape}] and [${shape}] along axis ${axis}`);
    }
    const joined = types.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
    return [{ type: first.type, shape: first.shape.map((dim, i) => (i === axis ? joined : dim)) }];
  },
  gradient: ({ g, node, inputs, cotangents, lead, wants }) => {
    const rank = (inputs[0] as Value).shape.length;
    const axis = axisOf(node, intOf(node, 'axis', 0), rank);
    let start = 0;
    return inputs.map((input, i) => {
      const from = start;
      start += input.shape[axis] as number;
      return wants(i) ? g.slice(cotangents[0] as Value, lead + axis, from, start) : undefined;
    });
  },
};
