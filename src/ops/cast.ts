/** Cast between element types; between floats the gradient is cast back, from integers and booleans none comes. */
import { intOf, type Value } from '../onnx/graph.ts';
import { elementTypeOf, isFloat } from '../onnx/tensor.ts';
import type { OpRule } from './rule.ts';
import { typeOf } from './shapes.ts';

/** A float → integer → float round trip loses its gradient here; `specialise` names such casts in the report. */
export const cast: OpRule = {
  type: 'Cast',
  family: 'unary',
  differentiable: 'exact',
  infer: (context) => [{ type: elementTypeOf(intOf(context.node, 'to', 1)), shape: typeOf(context, 0).shape }],
  gradient: ({ g, inputs, outputs, cotangents }) => {
    const x = inputs[0] as Value;
    return isFloat(x.type) && isFloat((outputs[0] as Value).type) ? [g.cast(cotangents[0] as Value, x.type)] : [];
  },
};
