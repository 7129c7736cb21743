/** Gather along an axis. */
import { intOf, type Value } from '../onnx/graph.ts';
import { numbers, sizeOf } from '../onnx/tensor.ts';
import { addedUp, addedUpAnywhere } from './add-up.ts';
import { linear } from './families.ts';
import { axisOf, shapeError, typeOf } from './shapes.ts';

/** The transpose adds the pieces up where they came from. */
export const gather = linear({
  type: 'Gather',
  family: 'structural',
  infer: (context) => {
    const [x, indices] = [typeOf(context, 0), typeOf(context, 1)];
    if (!indices.type.startsWith('int') && !indices.type.startsWith('uint')) shapeError(context.node, `indices of type ${indices.type}`);
    const axis = axisOf(context.node, intOf(context.node, 'axis', 0), x.shape.length);
    return [{ type: x.type, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] }];
  },
  transpose: [
    ({ g, node, inputs, lead }, ct) => {
      const [x, indices] = inputs as [Value, Value];
      const axis = lead + axisOf(node, intOf(node, 'axis', 0), x.shape.length);
      const [before, after] = [ct.shape.slice(0, axis), ct.shape.slice(axis + indices.shape.length)];
      const count = sizeOf(indices.shape);
      const pieces = g.reshape(ct, [sizeOf(before), count, sizeOf(after)]);
      const size = x.shape[axis - lead] as number;
      const known = g.tensor(indices);
      const sums = known
        ? addedUp(
            g,
            pieces,
            numbers(known).map((at) => (at >= -size && at < size ? (at + size) % size : shapeError(node, `index ${at} of ${size}`))),
            size,
          )
        : addedUpAnywhere(g, pieces, g.reshape(g.cast(indices, 'int64'), [count]), size);
      return g.reshape(sums, [...before, size, ...after]);
    },
  ],
});
