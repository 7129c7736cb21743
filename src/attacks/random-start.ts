/** Random points of a norm ball, drawn from the keyed generator. */
import { keyedRng, type Rng } from '../rng/rng.ts';
import { boundAt, type Norm, type Range } from '../threat/ball.ts';

/** x0 plus a uniform draw from the ball of radius epsilon in the elements that may change, clipped to the range. L2 and L1 balls by Barthe et al. (Annals of Probability 2005). */
export function randomStart(rng: Rng, norm: Norm, x0: Float32Array, epsilon: number, range: Range | undefined): Float32Array {
  const movable = range?.[2];
  const moved = movable ? [...x0.keys()].filter((i) => movable[i]) : undefined;
  const noise = new Float32Array(moved?.length ?? x0.length);
  if (norm === 'linf') rng.fillUniform(noise, -epsilon, epsilon);
  else ballNoise(rng, norm, noise, epsilon);
  const [low, high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const clipped = (d: number, i: number): number => Math.min(boundAt(high, i), Math.max(boundAt(low, i), (x0[i] as number) + d));
  if (!moved) return noise.map(clipped);
  const point = x0.slice();
  for (const [k, i] of moved.entries()) point[i] = clipped(noise[k] as number, i);
  return point;
}

/** Uniform in the p-ball: coordinates with density ∝ e^(−|t|^p), divided by (Σ|t|^p + E)^(1/p) with E exponential. */
function ballNoise(rng: Rng, norm: 'l2' | 'l1', noise: Float32Array, epsilon: number): void {
  if (norm === 'l2') rng.fillNormal(noise, Math.SQRT1_2);
  else {
    rng.fillUniform(noise, -1, 1);
    for (let i = 0; i < noise.length; i++) noise[i] = -Math.sign(noise[i] as number) * Math.log(1 - Math.abs(noise[i] as number) + 1e-12);
  }
  const p = norm === 'l2' ? 2 : 1;
  const total = noise.reduce((sum, t) => sum + Math.abs(t) ** p, 0) - Math.log(1 - rng.uniform());
  const scale = epsilon / total ** (1 / p);
  for (let i = 0; i < noise.length; i++) noise[i] = (noise[i] as number) * scale;
}

/** A random point on the border of the ball, clipped to the range, as AutoAttack's reference draws it: elements that may not change stay. */
export function borderStart(
  key: readonly [seed: number, ...what: (string | number)[]],
  { norm, x0, epsilon, range }: { norm: Norm; x0: Float32Array; epsilon: number; range: Range | undefined },
): Float32Array {
  const rng = keyedRng(...key);
  const noise = new Float32Array(x0.length);
  if (norm === 'linf') rng.fillUniform(noise, -1, 1);
  else rng.fillNormal(noise);
  const movable = range?.[2];
  if (movable) for (const [i, moves] of movable.entries()) if (!moves) noise[i] = 0;
  const scale = epsilon / Math.max(sizeOf(norm, noise), 1e-12);
  const [low, high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return noise.map((v, i) => Math.min(boundAt(high, i), Math.max(boundAt(low, i), (x0[i] as number) + v * scale)));
}

/** Halvings that leave nothing of a float32's digits. */
const HALVINGS = 50;

/** The point of the L1 ball inside the range that is nearest to x0 plus normal noise, as AutoAttack's reference starts in L1: few elements change, by bisection on how much each is held back. */
export function projectedStart(
  key: readonly [seed: number, ...what: (string | number)[]],
  { x0, epsilon, range }: { x0: Float32Array; epsilon: number; range: Range | undefined },
): Float32Array {
  const noise = new Float32Array(x0.length);
  keyedRng(...key).fillNormal(noise);
  const [least, most, movable] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const room = noise.map((v, i) => {
    if (movable?.[i] === false) return 0;
    const at = x0[i] as number;
    return Math.max(0, v > 0 ? boundAt(most, i) - at : at - boundAt(least, i));
  });
  const left = (v: number, i: number, held: number): number => Math.min(Math.max(0, Math.abs(v) - held), room[i] as number);
  let [low, high] = [0, noise.reduce((top, v) => Math.max(top, Math.abs(v)), 0)];
  if (noise.reduce((sum, v, i) => sum + left(v, i, 0), 0) <= epsilon) high = 0;
  for (let k = 0; k < HALVINGS && low < high; k++) {
    const middle = (low + high) / 2;
    if (noise.reduce((sum, v, i) => sum + left(v, i, middle), 0) > epsilon) low = middle;
    else high = middle;
  }
  return noise.map((v, i) => (x0[i] as number) + Math.sign(v) * left(v, i, high));
}

function sizeOf(norm: Norm, noise: Float32Array): number {
  if (norm === 'linf') return noise.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  if (norm === 'l1') return noise.reduce((sum, v) => sum + Math.abs(v), 0);
  return Math.sqrt(noise.reduce((sum, v) => sum + v * v, 0));
}
