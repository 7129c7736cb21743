/** What Square draws: the schedule of window sizes, windows, and the pattern of its L2 and L1 forms (arXiv:1912.00049, sections 3.1 to 3.3; arXiv:2103.01208, section 4). */
import type { Rng } from '../../rng/rng.ts';
import type { Norm } from '../../threat/ball.ts';

/** Norms whose windows hold patterns. */
export type PatternNorm = Exclude<Norm, 'linf'>;

/** A square of a picture, by its first row and column. */
export interface Window {
  readonly row: number;
  readonly column: number;
  readonly side: number;
}

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** The share of the picture is halved after each of these iterations, of 10 000. */
const HALVED_AFTER = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];
const SCHEDULE = 10_000;

export interface Schedule {
  /** Share of the pixels that the first windows cover. */
  readonly initial: number;
  /** Questions per example. */
  readonly budget: number;
  /** Is the schedule stretched or shrunk to the budget? */
  readonly rescaled: boolean;
}

/** Share of the pixels that a window covers. */
export function shareAt(iteration: number, { initial, budget, rescaled }: Schedule): number {
  const at = rescaled ? Math.floor((iteration / budget) * SCHEDULE) : iteration;
  return initial / 2 ** HALVED_AFTER.filter((limit) => at > limit).length;
}

/** Side of a window that covers this share: at least 1, and where it holds a pattern odd and at least 3. */
export function sideOf(share: number, { height, width }: Size, norm: Norm): number {
  const isPatterned = norm !== 'linf';
  const side = Math.max(isPatterned ? 3 : 1, Math.round(Math.sqrt(share * height * width)));
  const odd = isPatterned && side % 2 === 0 ? side + 1 : side;
  return Math.min(odd, height, width);
}

export function drawnWindow(rng: Rng, side: number, { height, width }: Size): Window {
  return { row: rng.int(Math.max(1, height - side)), column: rng.int(Math.max(1, width - side)), side };
}

/** Writes 1 into the window of a plane [height × width]. */
export function mark(plane: Float32Array, { row, column, side }: Window, { width }: Size): void {
  for (let i = row; i < row + side; i++) plane.fill(1, i * width + column, i * width + column + side);
}

/** Writes a pattern [side × side] times `sign` into the window of a plane. */
export function stamp(plane: Float32Array, pattern: Float32Array, { row, column, side }: Window, { width }: Size, sign = 1): void {
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) plane[(row + i) * width + column + j] = sign * (pattern[i * side + j] as number);
}

const unit = (values: Float32Array, norm: PatternNorm): Float32Array => {
  const length = norm === 'l2' ? Math.sqrt(values.reduce((sum, v) => sum + v * v, 0)) : values.reduce((sum, v) => sum + Math.abs(v), 0);
  return values.map((v) => v / (length || 1));
};

/** Weights of the rectangles fall with this power: in L1 steeply, so that few pixels hold most of the norm. */
const POWER = { l2: 2, l1: 4 } as const;

/** Rectangles around a centre, the smaller the heavier: M of section 3.3, of norm 1. */
function bump(rows: number, columns: number, norm: PatternNorm): Float32Array {
  const values = new Float32Array(rows * columns);
  const [half, middle] = [Math.floor(rows / 2) + 1, Math.floor(columns / 2) + 1];
  for (let k = 0; k < Math.max(half, middle); k++) {
    const [top, left] = [half - 1 - k, middle - 1 - k];
    for (let i = Math.max(0, top); i < Math.min(rows, top + 2 * k + 1); i++)
      for (let j = Math.max(0, left); j < Math.min(columns, left + 2 * k + 1); j++)
        values[i * columns + j] = (values[i * columns + j] as number) + 1 / (k + 1) ** POWER[norm];
  }
  return unit(values, norm);
}

/** η of section 3.3: a bump above a negative one, of norm 1, standing or lying. */
export function pattern(side: number, isTransposed: boolean, norm: PatternNorm): Float32Array {
  const upper = Math.floor(side / 2);
  const values = new Float32Array(side * side);
  if (upper > 0) values.set(bump(upper, side, norm));
  values.set(
    bump(side - upper, side, norm).map((v) => -v),
    upper * side,
  );
  const standing = unit(values, norm);
  return isTransposed ? standing.map((_, i) => standing[(i % side) * side + Math.floor(i / side)] as number) : standing;
}
