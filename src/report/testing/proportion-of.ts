/** Proportions for made-up results. */
import type { Proportion } from '../../audit/result.ts';

/** A proportion with Wilson's interval, which is near enough for made-up figures. */
export function proportionOf(count: number, n: number): Proportion {
  if (n === 0) return { value: 0, count: 0, n: 0, low: 0, high: 1 };
  const [p, z2] = [count / n, 3.8416];
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Math.sqrt(z2) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return { value: p, count, n, low: count === 0 ? 0 : Math.max(0, centre - half), high: count === n ? 1 : Math.min(1, centre + half) };
}
