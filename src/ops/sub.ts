/** Sub: a − b. */
import { binary } from './families.ts';
import { endsOf } from './intervals.ts';

export const sub = binary({
  type: 'Sub',
  left: ({ cotangent }) => cotangent,
  right: ({ g, cotangent }) => g.neg(cotangent),
  interval: (context) => {
    const [a, b] = [endsOf(context, 0), endsOf(context, 1)];
    return [{ lower: context.g.sub(a.lower, b.upper), upper: context.g.sub(a.upper, b.lower) }];
  },
  affine: () => true,
});
