/** Relu: max(x, 0). */
import { unary } from './families.ts';
import type { Interval, Relaxation, RelaxContext } from './rule.ts';

/** d relu(x) = [y > 0]; at 0 the derivative is 0, as in PyTorch. */
export const relu = unary({ type: 'Relu', derivative: ({ g, y }) => g.positive(y), interval: 'increasing', relax });

/**
 * With l ≤ x ≤ u: above, the chord s·(x − l), s = u₊/(u₊ − l₋), u₊ = max(u, 0), l₋ = min(l, 0); below, α·x for any α in [0, 1]
 * (Zhang et al., arXiv:1811.00866, section 3.3: α = 1 where s > ½, else 0; Xu et al., arXiv:2011.13824: α is free). Where x has one sign both are exact.
 */
function relax({ g, intervals, choice }: RelaxContext): Relaxation {
  const { lower, upper } = intervals[0] as Interval;
  const zero = g.scalar(0, lower);
  const [below, above] = [g.min(lower, zero), g.max(upper, zero)];
  const tiny = g.scalar(1e-30, lower);
  const slope = g.div(above, g.max(g.sub(above, below), tiny));
  const unstable = g.mul(g.positive(above), g.positive(g.neg(below)));
  const intercept = g.neg(g.mul(g.mul(slope, below), unstable));
  const always = g.positive(g.sub(slope, g.scalar(0.5, slope)));
  return {
    lower: { slopes: [choice.lower ? chosen(choice.lower) : always], intercept: undefined },
    upper: { slopes: [slope], intercept },
  };

  /** α where x may have either sign, the exact slope elsewhere. */
  function chosen(alpha: NonNullable<typeof choice.lower>): ReturnType<typeof g.add> {
    return g.add(g.mul(alpha, unstable), g.mul(always, g.sub(g.scalar(1, slope), unstable)));
  }
}
