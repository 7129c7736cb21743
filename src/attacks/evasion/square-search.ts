/** What the forms of Square share: examples under attack, and what a search does with them. */
import type { Rng } from '../../rng/rng.ts';
import type { Norm } from '../../threat/ball.ts';
import type { AttackSample } from '../attack.ts';
import { type Schedule, type Size, shareAt, sideOf } from './square-windows.ts';

/** An example under attack. */
export interface Walker {
  readonly sample: AttackSample;
  readonly rng: Rng;
  best: Float32Array;
  margin: number;
  queries: number;
}

/** Where a search begins, and where it goes next, for each of the examples: rows to put to the model. */
export interface SquareSearch {
  start(walkers: readonly Walker[]): Promise<Float32Array[]>;
  next(walkers: readonly Walker[], schedule: Schedule): Promise<Float32Array[]>;
}

/** Rows one behind the other, filled up with zeros to `width` of them. */
export function drawn<T>(width: number, items: readonly T[], row: (item: T) => Float32Array): Float32Array {
  const rows = items.map(row);
  const size = rows[0]?.length ?? 0;
  const data = new Float32Array(width * size);
  for (const [i, own] of rows.entries()) data.set(own, i * size);
  return data;
}

export const sign = ({ rng }: Pick<Walker, 'rng'>): number => (rng.int(2) === 0 ? -1 : 1);

/** Side of an example's next window. */
export function sideAt({ queries }: Walker, schedule: Schedule, picture: Size, norm: Norm): number {
  // The first question was the start's.
  return sideOf(shareAt(queries - 1, schedule), picture, norm);
}
