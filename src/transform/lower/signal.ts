/** Lowerings of signal processing: Fourier transforms are products with constant matrices, windows and filter banks are constants. */
import { int, intOf, type Node, type Value } from '../../onnx/graph.ts';
import { elementTypeOf, floats, int64s, isFloat } from '../../onnx/tensor.ts';
import { axisOf, shapeError } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';
import { fourierMatrix } from './fourier-matrix.ts';
import { sizeWithin } from './limits.ts';
import { refuseRagged } from './refuse.ts';

/** What a refusal calls the node. */
const whatOf = ({ op, name }: Node): string => `${op} ${name}`;

/** The only number of input `index`, which must not depend on data; undefined where it is absent. */
async function numberAt({ node, inputs, known }: LowerContext, index: number): Promise<number | undefined> {
  const value = inputs[index];
  return value ? ((await known(value)) ?? refuseRagged(node))[0] : undefined;
}

/** DFT along an axis of [..., 1 or 2]: an attribute before opset 20, then an input. */
export const dft: Lowering = async (context) => {
  const { g, node, opset, input } = context;
  const x = input(0);
  const rank = x.shape.length;
  const axis = axisOf(node, opset >= 20 ? ((await numberAt(context, 2)) ?? -2) : intOf(node, 'axis', 1), rank);
  const parts = x.shape[rank - 1] as number;
  const size = x.shape[axis] as number;
  const [isInverse, isOnesided] = [intOf(node, 'inverse', 0) === 1, intOf(node, 'onesided', 0) === 1];
  const isMirrored = isInverse && isOnesided;
  const length = sizeWithin(node, (await numberAt(context, 1)) ?? (isMirrored ? 2 * (size - 1) : size), 1);
  const half = Math.floor(length / 2) + 1;
  const rows = Math.min(isMirrored ? half : length, size);
  const columns = isOnesided && !isInverse ? half : length;
  // The axis moves next to the parts.
  const order = [...x.shape.keys()].filter((i) => i !== axis && i !== rank - 1);
  const moved = g.transpose(rows < size ? g.slice(x, axis, 0, rows) : x, [...order, axis, rank - 1]);
  const front = moved.shape.slice(0, -2);
  const matrix = fourierMatrix(g, whatOf(node), { rows, parts, length, columns, isInverse, isMirrored }, x.type);
  const y = g.reshape(g.matmul(g.reshape(moved, [...front, rows * parts]), matrix), [...front, columns, isMirrored ? 1 : 2]);
  const back = [...x.shape.keys()].map((i) => (i === axis ? rank - 2 : i === rank - 1 ? i : order.indexOf(i)));
  return [g.transpose(y, back)];
};

/** STFT of signal [batch, length(, 1 or 2)]: windowed frames times one Fourier matrix. */
export const stft: Lowering = async (context) => {
  const { g, node, input, inputs } = context;
  const signal = input(0);
  const [batch, total, parts = 1] = signal.shape as [number, number, number?];
  const step = sizeWithin(node, await numberAt(context, 1), 1);
  const window = inputs[2];
  const length = sizeWithin(node, (await numberAt(context, 3)) ?? window?.shape[0], 1);
  const columns = intOf(node, 'onesided', 1) === 1 ? Math.floor(length / 2) + 1 : length;
  const frames = sizeWithin(node, Math.floor((total - length) / step) + 1, 1);
  sizeWithin(node, frames * length);
  const places = Array.from({ length: frames * length }, (_, i) => Math.floor(i / length) * step + (i % length));
  const cut = g.node('Gather', [g.reshape(signal, [batch, total, parts]), g.constant(int64s(places, [frames, length]))], { axis: int(1) });
  const matrix = fourierMatrix(g, whatOf(node), { rows: length, parts, length, columns, isInverse: false }, signal.type);
  const weighted = window
    ? g.reshape(g.mul(g.reshape(matrix, [length, parts, columns * 2]), g.reshape(g.cast(window, signal.type), [length, 1, 1])), [
        length * parts,
        columns * 2,
      ])
    : matrix;
  return [g.reshape(g.matmul(g.reshape(cut, [batch, frames, length * parts]), weighted), [batch, frames, columns, 2])];
};

/** Σ cᵢ·cos(2πi·n/N): Hann, Hamming and Blackman windows. */
export const cosineWindow =
  (coefficients: readonly number[]): Lowering =>
  async (context) => {
    const { node } = context;
    const size = sizeWithin(node, await numberAt(context, 0));
    const period = intOf(node, 'periodic', 1) === 1 ? size : size - 1;
    const values = Array.from({ length: size }, (_, n) =>
      coefficients.reduce((sum, c, i) => sum + c * Math.cos((2 * Math.PI * i * n) / period), 0),
    );
    return [typed(context, values, [size])];
  };

/** The constant in the type that `output_datatype` asks for; the core has one float type. */
function typed({ g, node }: LowerContext, values: readonly number[], shape: readonly number[]): Value {
  const type = elementTypeOf(intOf(node, 'output_datatype', 1));
  const value = g.constant(floats(values, shape));
  return isFloat(type) ? value : g.cast(value, type);
}

const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const toHertz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** MelWeightMatrix: triangular filters [spectrogram bins, mel bins], their corners at equal distances on the mel scale. */
export const melWeightMatrix: Lowering = async (context) => {
  const numbers = await Promise.all([0, 1, 2, 3, 4].map((i) => numberAt(context, i)));
  const [, , rate, low, high] = numbers as [number, number, number, number, number];
  const [bins, length] = [sizeWithin(context.node, numbers[0]), sizeWithin(context.node, numbers[1], 1)];
  const step = (toMel(high) - toMel(low)) / (bins + 2);
  const corners = Array.from({ length: bins + 2 }, (_, i) => Math.floor(((length + 1) * toHertz(toMel(low) + i * step)) / rate));
  const height = Math.floor(length / 2) + 1;
  sizeWithin(context.node, height * bins);
  for (const corner of corners)
    if (!(corner >= 0 && corner <= height)) shapeError(context.node, 'its frequencies pass half the sample rate');
  const values = new Array<number>(height * bins).fill(0);
  for (let i = 0; i < bins; i++) {
    const [from, peak, to] = corners.slice(i, i + 3) as [number, number, number];
    for (let j = from; j <= peak; j++) values[j * bins + i] = peak === from ? 1 : (j - from) / (peak - from);
    for (let j = peak; j < to; j++) values[j * bins + i] = (to - j) / (to - peak);
  }
  return [typed(context, values, [height, bins])];
};
