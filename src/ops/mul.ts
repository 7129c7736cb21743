/** Mul: a·b. */
import type { Value } from '../onnx/graph.ts';
import { binary } from './families.ts';
import { endsOf, hull } from './intervals.ts';
import type { Interval } from './rule.ts';

export const mul = binary({
  type: 'Mul',
  family: 'bilinear',
  left: ({ g, b, cotangent }) => g.mul(cotangent, b),
  right: ({ g, a, cotangent }) => g.mul(cotangent, a),
  affine: (varying) => !(varying[0] && varying[1]),
  interval: (context) => {
    const [a, b] = [endsOf(context, 0), endsOf(context, 1)];
    const of = (x: Interval): Value[] => (x.lower === x.upper ? [x.lower] : [x.lower, x.upper]);
    return [
      hull(
        context,
        of(a).flatMap((x) => of(b).map((y) => context.g.mul(x, y))),
      ),
    ];
  },
});
