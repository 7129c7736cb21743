/** Neighbours among the float32 numbers: with them, every comparison of a tree becomes a closed interval. */

const value = new Float32Array(1);
const bits = new Int32Array(value.buffer);

/** The least float32 above `x`, which is one itself; Infinity stays. */
export function nextUp32(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x;
  // Both zeros are followed by the least number above them.
  value[0] = x + 0 === 0 ? 0 : x;
  bits[0] = (bits[0] as number) + ((value[0] as number) >= 0 ? 1 : -1);
  return value[0] as number;
}

/** The largest float32 below `x`, which is one itself; −Infinity stays. */
export const nextDown32 = (x: number): number => -nextUp32(-x);
