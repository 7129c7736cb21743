/** Further starts of minimal-norm attacks that keep the nearest point in the field `x` and its distance in `nearest`: from random points, for examples without a point within epsilon. */
import { rangeOf } from '../model/preprocessing.ts';
import type { NumericMetric } from '../threat/metric.ts';
import type { AttackContext, AttackSample } from './attack.ts';
import type { Fooled } from './iterate.ts';
import { borderStart } from './random-start.ts';
import type { Finished } from './schedule.ts';

/** No distance is beyond it. */
export const FAR = 3e38;

type Again = (
  sample: Pick<AttackSample, 'index' | 'x'>,
  restart: number,
  before: Finished | undefined,
) => Readonly<Record<string, Float32Array | number>>;

/**
 * The fields in which a later start differs from the first: it goes on from what was found, at a random point halfway to it (of half epsilon's size where
 * nothing was), in a ball that reaches as far. In L0, where every random point changes all elements, its moves add up to no more than that.
 */
export function restarting({ target, epsilon, seed }: AttackContext<unknown, NumericMetric>, id: string, norm: NumericMetric): Again {
  const range = rangeOf(target.preprocessing);
  return ({ index, x }, restart, before) => {
    if (restart === 0 || !before) return {};
    const nearest = before.scalars.nearest as number;
    const found = nearest < FAR;
    const size = (found ? nearest : epsilon) / 2;
    const ball = norm === 'l0' ? ({ norm: 'linf', epsilon: size / x.length } as const) : { norm, epsilon: size };
    return {
      x: before.x,
      nearest,
      at: borderStart([seed, id, index, restart], { ...ball, x0: x, range }),
      ...(found && { radius: nearest }),
    };
  };
}

/** An example is over with a point within epsilon; another start may come nearer only where none is. */
export function nearEnough(epsilon: number, goals: ReadonlyMap<number, number> | undefined): Fooled {
  return ({ index, label: own }, label, { scalars }) =>
    (goals ? label === goals.get(index) : label !== own) && (scalars.nearest as number) <= epsilon;
}
