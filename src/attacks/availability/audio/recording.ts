/** What corruptions of recordings share: signal-to-noise ratios, filters of any length, and values that are held for a while. */
import type { GraphBuilder } from '../../../onnx/build.ts';
import { int, ints, type Value } from '../../../onnx/graph.ts';
import { floats } from '../../../onnx/tensor.ts';
import { type Corruption, defineCorruption, type Parts } from '../corruption.ts';
import type { Frame } from '../frame.ts';

/** Recordings are planes [batch, 1, 1, samples]; their severities do not depend on a size. */
export function defineRecording<P>({
  severities,
  ...parts
}: Omit<Parts<P>, 'small' | 'large'> & { readonly severities: readonly P[] }): Corruption {
  return defineCorruption({ ...parts, small: severities, large: severities });
}

/** Signal-to-noise ratios in dB by severity. */
export const RATIOS: readonly number[] = [20, 15, 10, 5, 0];

/** Samples a second, where nothing says otherwise: the rate of speech models. */
const USUAL_RATE = 16000;
export const rateOf = ({ rate }: Frame): number => rate ?? USUAL_RATE;

const meanSquare = (g: GraphBuilder, x: Value): Value => g.node('ReduceMean', [g.mul(x, x), g.ints([3])], { keepdims: int(1) });

/** x with noise whose mean power lies so many dB below that of x. */
export function atRatio(g: GraphBuilder, x: Value, noise: Value, decibels: number): Value {
  const scale = g.sqrt(g.div(meanSquare(g, x), g.max(meanSquare(g, noise), g.scalar(1e-12))));
  return g.add(x, g.mul(noise, g.mul(scale, g.scalar(10 ** (-decibels / 20)))));
}

/** y with the mean power of x. */
export function asLoudAs(g: GraphBuilder, x: Value, y: Value): Value {
  return g.mul(y, g.sqrt(g.div(meanSquare(g, x), g.max(meanSquare(g, y), g.scalar(1e-12)))));
}

/** Each of the values [B, n] for `times` samples, cut to `width`. */
export function held(g: GraphBuilder, values: Value, times: number, width: number): Value {
  const [batch, count] = values.shape as [number, number];
  const repeated = g.expand(g.reshape(values, [batch, count, 1]), [batch, count, times]);
  return g.slice(g.reshape(repeated, [batch, count * times]), 1, 0, width);
}

/** Taps in one convolution: longer responses are cut, so that the runtime's scratch memory stays small. */
const SEGMENT = 256;

/** x [B, 1, 1, T] filtered causally: y[t] = Σ taps[k]·x[t − k]. */
export function streamed(g: GraphBuilder, x: Value, taps: readonly number[]): Value {
  const [batch, , , width] = x.shape as [number, number, number, number];
  const segments = Math.ceil(taps.length / SEGMENT);
  // A convolution of the runtime is a correlation: taps stand backwards.
  const weights = Array.from(
    { length: segments * SEGMENT },
    (_, i) => taps[Math.floor(i / SEGMENT) * SEGMENT + SEGMENT - 1 - (i % SEGMENT)] ?? 0,
  );
  const padded = g.pad(g.reshape(x, [batch, 1, width]), [0, 0, SEGMENT - 1, 0, 0, 0]);
  const parts = g.node('Conv', [padded, g.constant(floats(weights, [segments, 1, SEGMENT]))], { kernel_shape: ints([SEGMENT]) });
  const late = Array.from({ length: segments }, (_, s) => {
    const delay = Math.min(width, s * SEGMENT);
    const part = g.slice(g.slice(parts, 1, s, s + 1), 2, 0, width - delay);
    return g.pad(part, [0, 0, delay, 0, 0, 0]);
  });
  return g.reshape(
    late.reduce((a, b) => g.add(a, b)),
    x.shape,
  );
}

/** A linear-phase band-pass filter of 255 taps; its delay is 127 samples. */
export function bandPass(low: number, high: number, rate: number): number[] {
  const middle = (SEGMENT - 2) / 2;
  const sinc = (cut: number, at: number): number => (at === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * at) / (Math.PI * at));
  const upper = Math.min(0.5, high / rate);
  return Array.from({ length: SEGMENT - 1 }, (_, i) => {
    const turn = (2 * Math.PI * i) / (SEGMENT - 2);
    const window = 0.42 - 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn);
    return window * (sinc(upper, i - middle) - (low > 0 ? sinc(low / rate, i - middle) : 0));
  });
}
