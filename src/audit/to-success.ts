/** How many questions an attack took for each example that it broke, what it asks once for all included: what a limit on questions would have kept it from. */
import type { Attack } from '../attacks/attack.ts';
import { median } from '../stats/quantile.ts';
import type { AttackResult } from './result.ts';
import type { AttackReply } from './subject.ts';

/** Of attacks that ask for scores or labels; nothing for those that take gradients, or only draw noise. */
export function toSuccess({ knowledge }: Pick<Attack, 'knowledge'>, replies: readonly AttackReply[]): Pick<AttackResult, 'toSuccess'> {
  if (replies.length === 0 || (knowledge !== 'scores' && knowledge !== 'labels')) return {};
  const each = replies.map(({ broken, firstSuccess, queries, training = 0 }) =>
    broken ? training + (firstSuccess ?? queries) : Number.POSITIVE_INFINITY,
  );
  const middle = median(each);
  return {
    toSuccess: {
      queries: each.filter(Number.isFinite).sort((a, b) => a - b),
      median: Number.isFinite(middle) ? middle : null,
    },
  };
}
