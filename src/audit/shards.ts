/** Cuts work into parts for workers. Results do not depend on the cut: rows are independent and random numbers are keyed by sample. */
import type { Workers } from './ports.ts';

/** Parts per worker: enough to even out fast and slow ones, few enough to keep the slots full. */
const PARTS = 2;
const SMALLEST = 32;

/** Contiguous parts of at least `SMALLEST` items. */
export function shards<T>(items: readonly T[], workers: Workers): T[][] {
  const size = Math.max(SMALLEST, Math.ceil(items.length / (workers.size * PARTS)));
  const fair = Math.ceil(items.length / workers.size);
  const step = Math.max(1, Math.min(size, fair));
  return Array.from({ length: Math.ceil(items.length / step) }, (_, i) => items.slice(i * step, (i + 1) * step));
}
