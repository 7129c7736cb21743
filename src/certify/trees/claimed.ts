/** From what a search has shown to what is claimed: up to which distance, that distance included, no row is given another class. */
import type { Norm } from '../../threat/ball.ts';
import type { Radius } from './radius.ts';

/**
 * The largest distance below the search's bound, which speaks of smaller distances alone. A difference of two float32 numbers is rounded once on its way, a
 * sum over a row once for each element and its square.
 */
export function claimed({ lower }: Pick<Radius, 'lower'>, { norm, size }: { readonly norm: Norm; readonly size: number }): number {
  return lower * (1 - (norm === 'linf' ? 1 : 2 * size + 2) * 2 ** -52);
}
