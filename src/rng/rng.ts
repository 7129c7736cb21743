/** Keyed random numbers: a stream depends on its seed and key alone, never on what else was drawn, in which order, or where. */
import { GibbonError } from '../base/errors.ts';
import { doubleWords, keyWords } from './key.ts';
import { philox4x32 } from './philox.ts';

const TWO_32 = 2 ** 32;

/** One stream of random numbers. Draws advance the stream, so their order matters within it, and nowhere else. */
export interface Rng {
  /** A number in [0, 1), a multiple of 2^-53. */
  uniform(): number;
  /** An integer in [0, n), without modulo bias; `n` is an integer in [1, 2^32], else E_INTERNAL. */
  int(n: number): number;
  /** Fills `out` with numbers in [low, high), rounded to float32 (which may round up to `high`); 24 random bits each. */
  fillUniform(out: Float32Array, low: number, high: number): void;
  /** Fills `out` with normal numbers of mean 0 and standard deviation `std` (default 1), by Box and Muller; |z| ≤ 6.7. */
  fillNormal(out: Float32Array, std?: number): void;
  /** Fills `out` with −1 and 1, one bit each. */
  fillSigns(out: Float32Array): void;
  /** Fills `out` with entries of a pool of 2^16 numbers, each as likely, 16 bits for each draw: the cheapest way to numbers of any distribution. */
  fillFrom(out: Float32Array, pool: Float32Array): void;
  /** A shuffled copy (Fisher–Yates); `items` stays as it is. */
  shuffle<T>(items: readonly T[]): T[];
}

class PhiloxRng implements Rng {
  readonly #block = new Uint32Array(4);
  readonly #key: readonly [number, number];
  readonly #stream: readonly [number, number];
  #counter = 0;
  #used = 4;

  constructor(key: readonly [number, number], stream: readonly [number, number]) {
    this.#key = key;
    this.#stream = stream;
  }

  #word(): number {
    if (this.#used === 4) {
      const [k0, k1] = this.#key;
      const [s0, s1] = this.#stream;
      philox4x32(this.#block, this.#counter, this.#counter / TWO_32, s0, s1, k0, k1);
      this.#counter++;
      this.#used = 0;
    }
    return this.#block[this.#used++] as number;
  }

  uniform(): number {
    const high = this.#word() >>> 5;
    return (high * 2 ** 26 + (this.#word() >>> 6)) * 2 ** -53;
  }

  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_32)
      throw new GibbonError('E_INTERNAL', `int(n) needs an integer n from 1 to 2^32, not ${n}.`);
    const limit = TWO_32 - (TWO_32 % n);
    let word = this.#word();
    while (word >= limit) word = this.#word();
    return word % n;
  }

  fillUniform(out: Float32Array, low: number, high: number): void {
    const scale = (high - low) * 2 ** -24;
    for (let i = 0; i < out.length; i++) out[i] = low + (this.#word() >>> 8) * scale;
  }

  fillNormal(out: Float32Array, std = 1): void {
    for (let i = 0; i < out.length; i += 2) {
      // (word + 1) / 2^32 lies in (0, 1], so its logarithm is finite.
      const radius = std * Math.sqrt(-2 * Math.log((this.#word() + 1) / TWO_32));
      const angle = (2 * Math.PI * this.#word()) / TWO_32;
      out[i] = radius * Math.cos(angle);
      // A write past the end of an odd-length array is ignored.
      out[i + 1] = radius * Math.sin(angle);
    }
  }

  fillSigns(out: Float32Array): void {
    let word = 0;
    for (let i = 0; i < out.length; i++) {
      word = i % 32 === 0 ? this.#word() : word >>> 1;
      out[i] = word & 1 ? 1 : -1;
    }
  }

  fillFrom(out: Float32Array, pool: Float32Array): void {
    for (let i = 0; i < out.length; i += 2) {
      const word = this.#word();
      out[i] = pool[word & 0xffff] as number;
      // A write past the end of an odd-length array is ignored.
      out[i + 1] = pool[word >>> 16] as number;
    }
  }

  shuffle<T>(items: readonly T[]): T[] {
    const result = items.slice();
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const kept = result[i] as T;
      result[i] = result[j] as T;
      result[j] = kept;
    }
    return result;
  }
}

/**
 * A stream of random numbers for one purpose, e.g. `keyedRng(seed, 'pgd', sample.index, 'start')`.
 * The seed is the cipher's key and the key's digest is half of its counter, so streams never overlap (2^66 numbers each).
 * @param seed any finite number
 * @throws GibbonError E_USAGE where the seed is not finite
 */
export function keyedRng(seed: number, ...key: (string | number)[]): Rng {
  if (!Number.isFinite(seed))
    throw new GibbonError('E_USAGE', `The seed must be a finite number, not ${seed}.`, { hint: 'Give a whole number, e.g. --seed 0.' });
  return new PhiloxRng(doubleWords(seed), keyWords(key));
}
