/** Points of a ball within the data's range, exactly: corners, the surface and the inside, against which certificates are tried out. */
import type { Rng } from '../../rng/rng.ts';
import { boundAt, type Norm } from '../../threat/ball.ts';
import type { Ball } from './sample.ts';

/** @param count corners, and as many points inside */
export function pointsInside(x: Float32Array, ball: Ball, { rng, count }: { rng: Rng; count: number }): Float32Array[] {
  return Array.from({ length: 2 * count }, (_, i) => brought(x, drawn(x, ball, { rng, isCorner: i < count }), ball));
}

function drawn(x: Float32Array, { norm, epsilon }: Ball, { rng, isCorner }: { rng: Rng; isCorner: boolean }): Float32Array {
  const step = new Float32Array(x.length);
  if (norm === 'linf') {
    rng.fillUniform(step, -epsilon, epsilon);
    return isCorner ? step.map((value) => (value < 0 ? -epsilon : epsilon)) : step;
  }
  if (norm === 'l1' && isCorner) {
    step[rng.int(x.length)] = rng.uniform() < 0.5 ? -epsilon : epsilon;
    return step;
  }
  rng.fillNormal(step, 1);
  const length =
    norm === 'l2' ? Math.sqrt(step.reduce((sum, value) => sum + value * value, 0)) : step.reduce((sum, value) => sum + Math.abs(value), 0);
  const size = (isCorner ? 1 : rng.uniform()) * epsilon;
  return step.map((value) => (value / length) * size);
}

/** The point of the ball that lies farthest along a slope, but for what the range cuts off. */
export function farthest(x: Float32Array, slope: Float32Array, ball: Ball): Float32Array {
  const { norm, epsilon } = ball;
  if (norm === 'linf')
    return brought(
      x,
      slope.map((value) => Math.sign(value) * epsilon),
      ball,
    );
  const length = Math.sqrt(slope.reduce((sum, value) => sum + value * value, 0)) || 1;
  const steepest = slope.reduce((top, value, i) => (Math.abs(value) > Math.abs(slope[top] as number) ? i : top), 0);
  const along = norm === 'l2' ? slope.map((value) => value / length) : slope.map((value, i) => (i === steepest ? Math.sign(value) : 0));
  return brought(
    x,
    along.map((value) => value * epsilon),
    ball,
  );
}

/** x + step, clipped to the range and drawn towards x until the float32 point itself lies in the ball. */
export function brought(x: Float32Array, step: Float32Array, ball: Ball): Float32Array {
  const [low, high, movable] = ball.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let share = 1;
  for (let i = 0; i < TRIES; i++) {
    const point = x.map((value, k) => {
      if (movable?.[k] === false) return value;
      const moved = Math.min(Math.max(value + share * (step[k] as number), boundAt(low, k)), boundAt(high, k));
      return Math.fround(moved);
    });
    if (isWithin(x, point, ball)) return point;
    share *= 1 - 2 ** (i - 24);
  }
  return x;
}

const TRIES = 22;

/** Does the point lie in the ball, without any tolerance? */
export const isWithin = (x: Float32Array, point: Float32Array, { norm, epsilon }: Pick<Ball, 'norm' | 'epsilon'>): boolean =>
  distanceBetween(x, point, norm) <= epsilon;

/** Distance of two rows, in double precision. */
export function distanceBetween(x: Float32Array, point: Float32Array, norm: Norm): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const moved = Math.abs((point[i] as number) - (x[i] as number));
    if (norm === 'linf') sum = Math.max(sum, moved);
    else sum += norm === 'l1' ? moved : moved * moved;
  }
  return norm === 'l2' ? Math.sqrt(sum) : sum;
}
