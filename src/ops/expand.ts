/** Expand: broadcasts to a shape; the driver sums the cotangent back. */
import { linear } from './families.ts';
import { broadcast, constantNumbers, typeOf } from './shapes.ts';

export const expand = linear({
  type: 'Expand',
  family: 'structural',
  infer: (context) => {
    const x = typeOf(context, 0);
    return [{ type: x.type, shape: broadcast(context.node, x.shape, constantNumbers(context, 1, 'dimensions')) }];
  },
  transpose: [(_, ct) => ct],
});
