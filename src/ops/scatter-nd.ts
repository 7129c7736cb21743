/** ScatterND along the first axis, overwriting or adding (indices must differ: ONNX Runtime's threads race on equal ones, see add-up.ts). */
import { int, stringOf, type Value } from '../onnx/graph.ts';
import { linear } from './families.ts';
import { shapeError, typeOf } from './shapes.ts';

/** With `add`: d/ddata = ct, d/dupdates = ct gathered at the indices. Overwritten data gets no gradient. */
export const scatterND = linear({
  type: 'ScatterND',
  family: 'structural',
  infer: (context) => {
    const [x, indices] = [typeOf(context, 0), typeOf(context, 1)];
    if (indices.shape.at(-1) !== 1) shapeError(context.node, 'only indices into the first axis are core; others are lowered');
    return [{ type: x.type, shape: x.shape }];
  },
  transpose: [
    ({ g, node, inputs, lead }, ct) => {
      if (stringOf(node, 'reduction', 'none') === 'add') return ct;
      const [x, indices, updates] = inputs as [Value, Value, Value];
      const ones = g.expand(g.scalar(1, x), x.shape);
      const kept = g.node('ScatterND', [ones, indices, g.zeros(updates.shape, x.type)]);
      return lead >= 0 ? g.mul(ct, kept) : ct;
    },
    undefined,
    ({ g, inputs, lead }, ct) => {
      const indices = inputs[1] as Value;
      return g.node('Gather', [ct, g.reshape(indices, indices.shape.slice(0, -1))], { axis: int(lead) });
    },
  ],
});
