/** ArgMax: the index of the first largest element. */
import { intOf } from '../onnx/graph.ts';
import { discrete } from './families.ts';
import { axisOf, typeOf } from './shapes.ts';

export const argMax = discrete({
  type: 'ArgMax',
  infer: (context) => {
    const x = typeOf(context, 0);
    const axis = axisOf(context.node, intOf(context.node, 'axis', 0), x.shape.length);
    const keep = intOf(context.node, 'keepdims', 1) === 1;
    return [{ type: 'int64', shape: x.shape.flatMap((dim, i) => (i === axis ? (keep ? [1] : []) : [dim])) }];
  },
});
