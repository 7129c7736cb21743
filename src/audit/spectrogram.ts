/** Spectrograms of recordings, as pictures on one scale of decibels, so that an added perturbation is seen where it is. */
import type { Target } from '../model/target.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import { int, type Value } from '../onnx/graph.ts';
import { floats, int64s } from '../onnx/tensor.ts';
import { fourierMatrix } from '../transform/lower/fourier-matrix.ts';

/** Samples of a frame, and at most so many frames: a column of the picture each. */
const LENGTH = 256;
const FRAMES = 200;
/** Decibels below the loudest place that are still drawn. */
const DEPTH = 80;
/** Less than a tenth of the step of 16-bit sound. */
const SILENCE = 1e-12;

export interface RawPicture {
  readonly height: number;
  readonly width: number;
  readonly channels: 3;
  readonly data: Uint8Array;
}

export interface Spectrograms {
  readonly original: RawPicture;
  readonly perturbation: RawPicture;
  readonly adversarial: RawPicture;
}

/** Spectrograms of a recording [samples], of the changed one, and of what was added; white is the loudest place of the original. */
export async function spectrograms(target: Target, original: Float32Array, adversarial: Float32Array): Promise<Spectrograms> {
  const total = original.length;
  const run = await target.arithmetic(`spectrogram ${total}`, (g) => {
    const [x0, x] = [g.input('original', 'float32', [1, total]), g.input('adversarial', 'float32', [1, total])];
    const [plain, added, changed] = [x0, g.sub(x, x0), x].map((wave) => decibels(g, wave, total)) as [Value, Value, Value];
    const top = g.reduceMax(plain, [1, 2], true);
    const level = (value: Value): Value => g.clip(g.add(g.mul(g.sub(value, top), g.scalar(1 / DEPTH)), g.scalar(1)), 0, 1);
    return { original: level(plain), perturbation: level(added), adversarial: level(changed) };
  });
  const feed = (data: Float32Array) => ({ type: 'float32' as const, shape: [1, total], data });
  const made = await run({ original: feed(original), adversarial: feed(adversarial) });
  const drawn = (name: keyof Spectrograms): RawPicture => {
    const [, frames = 0, bins = 0] = made[name]?.shape ?? [];
    return coloured(made[name]?.data as Float32Array, frames, bins);
  };
  return { original: drawn('original'), perturbation: drawn('perturbation'), adversarial: drawn('adversarial') };
}

/** 10·log₁₀ of the power of Hann-windowed frames: [1, frames, bins]. */
function decibels(g: GraphBuilder, wave: Value, total: number): Value {
  const length = Math.min(LENGTH, total);
  const step = Math.max(1, Math.ceil((total - length) / (FRAMES - 1)));
  const frames = Math.floor((total - length) / step) + 1;
  const bins = Math.floor(length / 2) + 1;
  const places = Array.from({ length: frames * length }, (_, i) => Math.floor(i / length) * step + (i % length));
  const window = Array.from({ length }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length));
  const cut = g.node('Gather', [wave, g.constant(int64s(places, [frames, length]))], { axis: int(1) });
  const windowed = g.mul(cut, g.constant(floats(window, [length])));
  const matrix = fourierMatrix(g, 'spectrogram', { rows: length, parts: 1, length, columns: bins, isInverse: false }, 'float32');
  const spectrum = g.reshape(g.matmul(windowed, matrix), [1, frames, bins, 2]);
  const power = g.sum(g.mul(spectrum, spectrum), [3]);
  return g.mul(g.node('Log', [g.add(power, g.scalar(SILENCE))]), g.scalar(10 / Math.LN10));
}

/** Colours from silence to the loudest place: each lighter than the one before, so that the picture reads in gray, too. */
const COLOURS = [
  [10, 10, 30],
  [60, 20, 100],
  [160, 40, 110],
  [235, 105, 65],
  [250, 190, 90],
  [255, 255, 240],
] as const;

/** Levels [frames, bins] in [0, 1] as a picture, low tones at its foot. */
function coloured(levels: Float32Array, frames: number, bins: number): RawPicture {
  const data = new Uint8Array(frames * bins * 3);
  for (let frame = 0; frame < frames; frame++)
    for (let bin = 0; bin < bins; bin++) data.set(colourOf(levels[frame * bins + bin] as number), 3 * ((bins - 1 - bin) * frames + frame));
  return { height: bins, width: frames, channels: 3, data };
}

function colourOf(level: number): number[] {
  const at = level * (COLOURS.length - 1);
  const below = Math.min(Math.floor(at), COLOURS.length - 2);
  const [from, to] = [COLOURS[below], COLOURS[below + 1]] as [readonly number[], readonly number[]];
  return from.map((v, i) => Math.round(v + (at - below) * ((to[i] as number) - v)));
}
