/** Where: a where the condition holds, b elsewhere. */
import type { Value, ValueType } from '../onnx/graph.ts';
import { ends } from './intervals.ts';
import type { OpRule } from './rule.ts';
import { broadcast, typeOf } from './shapes.ts';

/** d/da = condition, d/db = not condition */
export const where: OpRule = {
  type: 'Where',
  family: 'selection',
  differentiable: 'exact',
  interval: ends,
  affine: (varying) => !varying[0],
  infer: (context) => {
    const types = [0, 1, 2].map((i) => typeOf(context, i)) as [ValueType, ValueType, ValueType];
    return [{ type: types[1].type, shape: broadcast(context.node, ...types.map(({ shape }) => shape)) }];
  },
  gradient: ({ g, inputs, cotangents, wants }) => {
    const [condition, a] = inputs as [Value, Value, Value];
    const [cotangent, zero] = [cotangents[0] as Value, g.scalar(0, a)];
    return [
      undefined,
      wants(1) ? g.where(condition, cotangent, zero) : undefined,
      wants(2) ? g.where(condition, zero, cotangent) : undefined,
    ];
  },
};
