/** The random numbers of Square's L2 and L1 forms for a batch of examples, each drawn from its example's own stream. */
import { planeSize, type SquareMoves, type SquareStep } from './square-pattern-moves.ts';
import { drawn, sideAt, sign, type Walker } from './square-search.ts';
import { drawnWindow, mark, pattern, type Schedule, stamp } from './square-windows.ts';

/** Patterns side by side, five in a row, with a sign for each and each channel. */
export function fillStart(moves: SquareMoves, width: number, walkers: readonly Walker[]): Float32Array {
  return drawn(width, walkers, (walker) => grid(moves, walker));
}

function grid({ channels, height, width, norm }: SquareMoves, walker: Walker): Float32Array {
  const planes = new Float32Array(channels * height * width);
  const side = Math.max(1, Math.floor(height / 5));
  const margin = Math.floor(Math.max(0, height - 5 * side) / 2);
  for (let row = margin; row + side <= height; row += side) {
    for (let column = margin; column + side <= width; column += side) {
      const own = pattern(side, walker.rng.int(2) === 0, norm);
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
    const side = sideAt(walker, schedule, moves, moves.norm);
    const plane = (of: Float32Array): Float32Array => of.subarray(i * size, (i + 1) * size);
    const first = drawnWindow(walker.rng, side, moves);
    mark(plane(window), first, moves);
    mark(plane(other), drawnWindow(walker.rng, side, moves), moves);
    stamp(plane(patterns), pattern(side, walker.rng.int(2) === 0, moves.norm), first, moves);
    for (let c = 0; c < moves.channels; c++) signs[i * moves.channels + c] = sign(walker);
  }
  return { window, other, pattern: patterns, signs };
}
