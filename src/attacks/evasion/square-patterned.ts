/** Square in L2 (arXiv:1912.00049, algorithm 3) and in L1 (arXiv:2103.01208, section 4): patterns in one window take the norm of another. */
import type { Target } from '../../model/target.ts';
import { fillStart, fillStep } from './square-pattern-draws.ts';
import { squareMoves } from './square-pattern-moves.ts';
import { drawn, type SquareSearch } from './square-search.ts';
import type { PatternNorm } from './square-windows.ts';

/** @param width rows of a batch: the same for few examples as for many, since sums over a batch of another size round otherwise */
export async function squarePatterned(target: Target, ball: { norm: PatternNorm; epsilon: number }, width: number): Promise<SquareSearch> {
  const moves = await squareMoves(target, ball, width);
  return {
    start: async (walkers) => {
      const original = drawn(width, walkers, ({ sample }) => sample.x);
      return apart(await moves.start(original, fillStart(moves, width, walkers)), walkers.length, width);
    },
    next: async (walkers, schedule) => {
      const planes = fillStep(moves, width, walkers, schedule);
      const [original, best] = [drawn(width, walkers, ({ sample }) => sample.x), drawn(width, walkers, (walker) => walker.best)];
      return apart(await moves.step({ original, best, ...planes }), walkers.length, width);
    },
  };
}

function apart(data: Float32Array, count: number, width: number): Float32Array[] {
  const size = data.length / width;
  return Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size));
}
