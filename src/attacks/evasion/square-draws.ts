/** Examples that Square attacks, and the random numbers of its L2 form for a batch of them, each drawn from its example's own stream. */

import type { Rng } from '../../rng/rng.ts';
import type { AttackSample } from '../attack.ts';
import { planeSize, type SquareMoves, type SquareStep } from './square-moves.ts';
import { drawnWindow, mark, pattern, type Schedule, type Size, shareAt, sideOf, stamp } from './square-windows.ts';

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

/** Patterns side by side, five in a row, with a sign for each and each channel. */
export function fillStart(moves: SquareMoves, width: number, walkers: readonly Walker[]): Float32Array {
  return drawn(width, walkers, (walker) => grid(moves, walker));
}

function grid({ channels, height, width }: SquareMoves, walker: Walker): Float32Array {
  const planes = new Float32Array(channels * height * width);
  const side = Math.max(1, Math.floor(height / 5));
  const margin = Math.floor(Math.max(0, height - 5 * side) / 2);
  for (let row = margin; row + side <= height; row += side) {
    for (let column = margin; column + side <= width; column += side) {
      const own = pattern(side, walker.rng.int(2) === 0);
      for (let c = 0; c < channels; c++)
        stamp(planes.subarray(c * height * width, (c + 1) * height * width), own, { row, column, side }, { height, width }, sign(walker));
    }
  }
  return planes;
}

/** Windows, patterns and signs of the next step of each example. */
export function fillStep(
  moves: SquareMoves,
  width: number,
  walkers: readonly Walker[],
  schedule: Schedule,
): Pick<SquareStep, 'window' | 'other' | 'pattern' | 'signs'> {
  const size = planeSize(moves);
  const [window, other, patterns] = [new Float32Array(width * size), new Float32Array(width * size), new Float32Array(width * size)];
  const signs = new Float32Array(width * moves.channels);
  for (const [i, walker] of walkers.entries()) {
    const side = sideAt(walker, schedule, moves, 'l2');
    const plane = (of: Float32Array): Float32Array => of.subarray(i * size, (i + 1) * size);
    const first = drawnWindow(walker.rng, side, moves);
    mark(plane(window), first, moves);
    mark(plane(other), drawnWindow(walker.rng, side, moves), moves);
    stamp(plane(patterns), pattern(side, walker.rng.int(2) === 0), first, moves);
    for (let c = 0; c < moves.channels; c++) signs[i * moves.channels + c] = sign(walker);
  }
  return { window, other, pattern: patterns, signs };
}

/** Side of an example's next window. */
export function sideAt({ queries }: Walker, schedule: Schedule, picture: Size, norm: 'linf' | 'l2'): number {
  // The first question was the start's.
  return sideOf(shareAt(queries - 1, schedule), picture, norm);
}
