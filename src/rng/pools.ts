/** Pools of 2^16 numbers for `Rng.fillFrom`: as many draws of a distribution, half of them the mirror image of the others, so that their mean is 0. */
import { keyedRng, type Rng } from './rng.ts';

const SIZE = 2 ** 16;

const pools = new Map<string, Float32Array>();

/** Made once, the same on every machine and for every seed. */
function pool(name: string, fill: (rng: Rng, out: Float32Array) => void): Float32Array {
  const known = pools.get(name);
  if (known) return known;
  const half = new Float32Array(SIZE / 2);
  fill(keyedRng(0, 'pool', name), half);
  const made = new Float32Array(SIZE);
  made.set(half);
  made.set(
    half.map((v) => -v),
    half.length,
  );
  pools.set(name, made);
  return made;
}

/** Normal numbers of mean 0; their standard deviation is 1 to about a two-hundredth. For directions, whose length is normalised anyway. */
export const normalPool = (): Float32Array => pool('normal', (rng, out) => rng.fillNormal(out));

/** Uniform numbers in [−1, 1]. */
export const uniformPool = (): Float32Array => pool('uniform', (rng, out) => rng.fillUniform(out, -1, 1));
