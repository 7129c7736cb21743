/** The random numbers of a model with random layers, for one run of a step: a row's depend on its key and on how often it has drawn, never on its neighbours. */
import type { Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { keyedRng } from '../rng/rng.ts';
import type { HostTensor } from '../runtime/runtime.ts';

/** Fields of a step on such a model: what a row's noise is keyed by, and how many runs it has had. */
export const NOISE_KEY = 'noise key';
export const NOISE_RUN = 'noise run';

/** Keys are whole numbers that float32 holds. */
const KEYS = 2 ** 24;

/** The key of a row of an attack, from whatever tells it from others; two rows in 17 million share one by chance. */
const noiseKey = (seed: number, ...key: readonly (string | number)[]): number => keyedRng(seed, 'noise key', ...key).int(KEYS);

/** The fields that a step on a model with random layers asks for, at a row's first run. */
export const noiseFields = (seed: number, ...key: readonly (string | number)[]): Record<string, number> => ({
  [NOISE_KEY]: noiseKey(seed, ...key),
  [NOISE_RUN]: 0,
});

/** Uniform numbers in (0, 1) for each of these inputs [rows × draws, count]; both ends are left out, so logarithms are finite. */
export function drawNoise(
  inputs: readonly Value[],
  { keys, runs }: { readonly keys: ArrayLike<number>; readonly runs: ArrayLike<number> },
): Record<string, HostTensor> {
  return Object.fromEntries(
    inputs.map(({ name, shape }, i) => {
      const data = new Float32Array(sizeOf(shape));
      const size = data.length / keys.length;
      for (let row = 0; row < keys.length; row++) {
        const rng = keyedRng(keys[row] as number, 'noise', runs[row] as number, i);
        // From 2⁻²⁵ to 1 − 2⁻²⁴ once they are rounded.
        rng.fillUniform(data.subarray(row * size, (row + 1) * size), 2 ** -25, 1 - 2 ** -25);
      }
      return [name, { type: 'float32', shape, data }];
    }),
  );
}
