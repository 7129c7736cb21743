/** JPEG compression as a layer of a network on 32 × 32 colour pictures in [0, 1]: colour space, 8 × 8 cosine transform, quantisation (ITU-T T.81, annex K), and back. */
import { ints } from '../../src/onnx/graph.ts';
import { floats, int64s } from '../../src/onnx/tensor.ts';
import type { Layer, Writer } from './masked.ts';

const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22,
  37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
/** Rows of the table for colour; what follows is 99. */
const COLOUR_CORNER = [
  [17, 18, 24, 47],
  [18, 21, 26, 66],
  [24, 26, 56],
  [47, 66],
];
const COLOUR = Array.from({ length: 64 }, (_, i) => COLOUR_CORNER[i >> 3]?.[i & 7] ?? 99);

/** The libjpeg scale of the tables: quality 50 takes them as they are. */
function scaled(table: readonly number[], quality: number): number[] {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return table.map((one) => Math.min(255, Math.max(1, Math.floor((one * scale + 50) / 100))));
}

/** RGB to YCbCr (JFIF), and its inverse. */
const TO = [0.299, 0.587, 0.114, -0.168736, -0.331264, 0.5, 0.5, -0.418688, -0.081312];
const FROM = [1, 0, 1.402, 1, -0.344136, -0.714136, 1, 1.772, 0];

/** 64 pictures of 8 × 8, orthonormal. */
const COSINES = Array.from({ length: 64 }, (_, k) =>
  Array.from({ length: 64 }, (__, p) => {
    const one = (frequency: number, at: number): number =>
      (frequency === 0 ? Math.sqrt(1 / 8) : 0.5) * Math.cos(((2 * at + 1) * frequency * Math.PI) / 16);
    return one(k >> 3, p >> 3) * one(k & 7, p & 7);
  }),
).flat();

const EIGHT = { strides: ints([8, 8]) };

export const jpegLayer =
  (quality: number): Layer =>
  (w: Writer, x) => {
    const colours = (from: string, matrix: readonly number[]): string => w.op('Conv', [from, w.tensor(floats(matrix, [3, 3, 1, 1]))]);
    const cosines = w.tensor(floats(COSINES, [64, 1, 8, 8]));
    const tables = w.tensor(
      floats(
        [LUMINANCE, COLOUR, COLOUR].flatMap((table) => scaled(table, quality)),
        [1, 3, 64, 1, 1],
      ),
    );
    // The middle of the range is taken off luminance: colour is about 0 already.
    const middle = w.tensor(floats([128, 0, 0], [1, 3, 1, 1]));
    const centred = w.op('Sub', [colours(w.op('Mul', [x, 255]), TO), middle]);
    const planes = w.op('Reshape', [centred, w.tensor(int64s([-1, 1, 32, 32]))]);
    const waves = w.op('Reshape', [w.op('Conv', [planes, cosines], EIGHT), w.tensor(int64s([-1, 3, 64, 4, 4]))]);
    const kept = w.op('Mul', [w.op('Round', [w.op('Div', [waves, tables])]), tables]);
    const back = w.op('ConvTranspose', [w.op('Reshape', [kept, w.tensor(int64s([-1, 64, 4, 4]))]), cosines], EIGHT);
    const whole = w.op('Add', [w.op('Reshape', [back, w.tensor(int64s([-1, 3, 32, 32]))]), middle]);
    return w.op('Mul', [w.op('Clip', [colours(whole, FROM), 0, 255]), 1 / 255]);
  };
