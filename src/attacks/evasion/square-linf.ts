/**
 * Square in Linf (arXiv:1912.00049, algorithm 2): a window of every channel goes to one end of the ball. A step of 2·epsilon that the ball cuts off ends there
 * whatever was there before, so both ends are computed once for each picture, and a step copies a window of one of them.
 */
import { imageSize } from '../../model/rows.ts';
import type { Target } from '../../model/target.ts';
import type { HostTensor } from '../../runtime/runtime.ts';
import { drawn, type SquareSearch, sideAt, sign, type Walker } from './square-search.ts';
import { drawnWindow } from './square-windows.ts';

/** A picture with every element at the upper or lower end of the ball, within [0, 1]. */
interface Ends {
  readonly high: Float32Array;
  readonly low: Float32Array;
}

/** Part of one channel. */
interface Region {
  readonly channel: number;
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** @param width pictures whose ends are computed together */
export async function squareLinf(target: Target, epsilon: number, width: number): Promise<SquareSearch> {
  const size = imageSize(target.preprocessing);
  const copy = copier(target);
  const endsOf = await endsIn(target, epsilon, width);
  const ends = new WeakMap<Walker, Ends>();
  const chosen = (walker: Walker): Float32Array => {
    const { high, low } = ends.get(walker) as Ends;
    return sign(walker) > 0 ? high : low;
  };
  return {
    start: async (walkers) => {
      const made = await endsOf(walkers);
      for (const [i, walker] of walkers.entries()) ends.set(walker, made[i] as Ends);
      return walkers.map((walker) => {
        const x = walker.sample.x.slice();
        for (let channel = 0; channel < size.channels; channel++)
          for (let column = 0; column < size.width; column++)
            copy(x, chosen(walker), { channel, row: 0, column, rows: size.height, columns: 1 });
        return x;
      });
    },
    next: async (walkers, schedule) =>
      walkers.map((walker) => {
        const x = walker.best.slice();
        const { row, column, side } = drawnWindow(walker.rng, sideAt(walker, schedule, size, 'linf'), size);
        for (let channel = 0; channel < size.channels; channel++)
          copy(x, chosen(walker), { channel, row, column, rows: side, columns: side });
        return x;
      }),
  };
}

async function endsIn(target: Target, epsilon: number, width: number): Promise<(walkers: readonly Walker[]) => Promise<Ends[]>> {
  const { size } = target;
  const shape = [width, size];
  const run = await target.arithmetic(`square ends ${width}`, (g) => {
    const [x, radius] = [g.input('x', 'float32', shape), g.input('epsilon', 'float32', [])];
    return { high: g.clip(g.add(x, radius), 0, 1), low: g.clip(g.sub(x, radius), 0, 1) };
  });
  return async (walkers) => {
    const data = drawn(width, walkers, ({ sample }) => sample.x);
    const made = await run({
      x: { type: 'float32', shape, data },
      epsilon: { type: 'float32', shape: [], data: Float32Array.of(epsilon) },
    });
    const row = (of: 'high' | 'low', i: number): Float32Array =>
      (made[of] as HostTensor).data.slice(i * size, (i + 1) * size) as Float32Array;
    return walkers.map((_, i) => ({ high: row('high', i), low: row('low', i) }));
  };
}

/** Copies a region of one picture to the same place of another, in the model's own layout. */
function copier({ preprocessing }: Target): (to: Float32Array, from: Float32Array, region: Region) => void {
  const { channels, height, width } = imageSize(preprocessing);
  const isInterleaved = preprocessing.layout === 'NHWC' || (preprocessing.layout === 'none' && channels > 1);
  const [perColumn, perRow, perChannel] = isInterleaved ? [channels, channels * width, 1] : [1, width, height * width];
  return (to, from, { channel, row, column, rows, columns }) => {
    for (let i = row; i < row + rows; i++) {
      const start = channel * perChannel + i * perRow + column * perColumn;
      if (perColumn === 1) to.set(from.subarray(start, start + columns), start);
      else for (let at = start; at < start + columns * perColumn; at += perColumn) to[at] = from[at] as number;
    }
  };
}
