/** The values that an element of a row can take, in order and numbered: borders between them are found by halving. */

/** Values are float32 numbers that rise with their number. */
export interface Axis {
  readonly first: number;
  readonly last: number;
  at(number: number): number;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** Float32 numbers in their order; both zeros are one. */
function numberOfFloat(value: number): number {
  float[0] = value;
  const own = bits[0] as number;
  return own >= 0 ? own : -(own & 0x7fffffff);
}

function floatOfNumber(number: number): number {
  bits[0] = number >= 0 ? number : -number | 0x80000000;
  return number === 0 ? 0 : (float[0] as number);
}

const LARGEST = 3.4028234663852886e38;

/** Every finite float32 number between two. */
export const floatAxis = (low = -LARGEST, high = LARGEST): Axis => ({
  first: numberOfFloat(Math.max(low, -LARGEST)),
  last: numberOfFloat(Math.min(high, LARGEST)),
  at: floatOfNumber,
});

/** Those that stand for whole numbers. */
export const wholeAxis = (first: number, last: number, elementOf: (whole: number) => number): Axis => ({ first, last, at: elementOf });

/** The first number at which what holds from somewhere on holds; `last + 1` where it never does. */
function firstWhere({ first, last }: Axis, holds: (number: number) => boolean): number {
  let [low, high] = [first, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The values that a function takes into a closed interval. @param of never turns the order of two values round, or always does
 * @returns undefined where there are none; infinite ends where nothing is left out at that end
 */
export function preimage(axis: Axis, of: (value: number) => number, { low, high }: Interval): Interval | undefined {
  const image = (number: number): number => of(axis.at(number));
  const isRising = image(axis.first) <= image(axis.last);
  const from = firstWhere(axis, isRising ? (i) => image(i) >= low : (i) => image(i) <= high);
  const to = firstWhere(axis, isRising ? (i) => image(i) > high : (i) => image(i) < low) - 1;
  if (from > to) return undefined;
  return {
    low: from === axis.first ? Number.NEGATIVE_INFINITY : axis.at(from),
    high: to === axis.last ? Number.POSITIVE_INFINITY : axis.at(to),
  };
}
