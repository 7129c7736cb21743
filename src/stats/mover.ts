/** Intervals of a difference, a sum and a ratio of two independent estimates from the interval of each: MOVER (Zou & Donner, Stat. Med. 27, 2008; Donner & Zou, Stat. Methods Med. Res. 21, 2012; with Wilson's limits it is method 10 of Newcombe, Stat. Med. 17, 1998). */

/** An estimate with its limits, which need not be symmetric. */
export interface Limits {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** a − b. */
export function moverDifference(a: Limits, b: Limits): Limits {
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

/** a + b. */
export function moverSum(a: Limits, b: Limits): Limits {
  return moverDifference(a, { value: -b.value, low: -b.high, high: -b.low });
}

/** An estimate times a positive number. */
export function scaled({ value, low, high }: Limits, by: number): Limits {
  return { value: by * value, low: by * low, high: by * high };
}

/**
 * a / b for estimates that cannot be negative, as the values R at which 0 becomes a limit of a − R·b.
 * `high` is Infinity where b may be 0; undefined where b is 0.
 */
export function moverRatio(a: Limits, b: Limits): Limits | undefined {
  if (!(b.value > 0)) return undefined;
  const product = a.value * b.value;
  const root = (inner: number): number => Math.sqrt(Math.max(0, inner));
  // l(2θ − l) and u(2θ − u): the paper's terms, with its lower limit multiplied out so that no difference cancels.
  const [lowA, highA] = [a.low * (2 * a.value - a.low), a.high * (2 * a.value - a.high)];
  const [lowB, highB] = [b.low * (2 * b.value - b.low), b.high * (2 * b.value - b.high)];
  const below = product + root(product ** 2 - lowA * highB);
  return {
    value: a.value / b.value,
    low: below > 0 ? lowA / below : 0,
    high: lowB > 0 ? (product + root(product ** 2 - highA * lowB)) / lowB : Number.POSITIVE_INFINITY,
  };
}
