/** How many examples a gate needs: the sample at which the observed value would show that the limit is kept. */
import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import { clopperPearson } from '../../stats/proportion.ts';

const TAIL = 0.025;
/** Beyond this nobody has examples. */
const MOST = 1e9;

/** Where the lower end of the exact interval would be if `share` of n were right; n need not make that a whole count. */
function lowerEnd(share: number, n: number): number {
  return share === 0 ? 0 : betaQuantile(TAIL, share * n, n - share * n + 1);
}

/**
 * The least n at which a share that stays the same has an exact interval (Clopper–Pearson) above `min`; null where the share is not above it.
 * The count is rounded down, so that at this n the limit is kept, not nearly so.
 */
export function nToShowShare(share: number, min: number): number | null {
  if (share <= min) return null;
  let [low, high] = [0, 1];
  while (lowerEnd(share, high) < min) {
    [low, high] = [high, 2 * high];
    if (high > MOST) return null;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (lowerEnd(share, middle) < min) low = middle;
    else high = middle;
  }
  // Rounding the count down can cost up to one example.
  let n = high;
  while (clopperPearson(Math.floor(share * n + 1e-9), n).low < min) n++;
  return n;
}

/** For other figures: intervals narrow with √n. */
export function nByScaling(n: number, { value, end, limit }: { value: number; end: number; limit: number }): number | null {
  const room = Math.abs(value - limit);
  if (room === 0) return null;
  const needed = Math.ceil(n * (Math.abs(value - end) / room) ** 2);
  return needed > MOST ? null : needed;
}
