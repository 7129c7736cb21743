/** How a sample becomes the model's input. Attacks move in [0, 1] (images) or [-1, 1] (sound); normalisation is part of the graph behind. */

import type { Modality } from '../data/dataset.ts';
import type { ResizeWay } from '../data/resize-way.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { floats, sizeOf } from '../onnx/tensor.ts';
import type { Range } from '../threat/ball.ts';
import { describeColumns, type PortsEncoding, rangeOfColumns } from './ports-encoding.ts';
import { describeFeed, type TextEncoding } from './text-encoding.ts';

export interface Preprocessing {
  readonly modality: Modality;
  readonly layout: 'NCHW' | 'NHWC' | 'NT' | 'none';
  readonly channels: 'rgb' | 'bgr' | 'grayscale' | 'none';
  /** The model's input shape without the batch dimension. */
  readonly shape: readonly number[];
  /** model input = (value − mean)/std; one number, or one per channel in the order of the model's channels. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** How an image of another size is brought to the model's. */
  readonly resize: ResizeWay;
  /** How a row becomes the model's inputs, where that is more than normalisation. */
  readonly encoding?: TextEncoding | PortsEncoding;
}

/** The values that samples can take, before normalisation; undefined where there is no such range. */
export function rangeOf({ modality, encoding }: Preprocessing): Range | undefined {
  if (encoding?.kind === 'ports') return rangeOfColumns(encoding);
  if (modality === 'image') return [0, 1];
  return modality === 'waveform' ? [-1, 1] : undefined;
}

/** Appends the normalisation to x [B, …shape]; nothing where it is the identity. */
export function normalised(g: GraphBuilder, x: Value, { mean, std, layout }: Preprocessing): Value {
  if (mean.every((m) => m === 0) && std.every((s) => s === 1)) return x;
  const rank = x.shape.length - 1;
  const shape = (values: readonly number[]): number[] => {
    if (values.length === 1) return [];
    return layout === 'NHWC' ? [values.length] : [values.length, ...Array<number>(rank - 1).fill(1)];
  };
  const shifted = mean.every((m) => m === 0) ? x : g.sub(x, g.constant(floats(mean, shape(mean), x.type)));
  return std.every((s) => s === 1)
    ? shifted
    : g.mul(
        shifted,
        g.constant(
          floats(
            std.map((s) => 1 / s),
            shape(std),
            x.type,
          ),
        ),
      );
}

/** One line for people, e.g. "RGB, 3×32×32 (NCHW), values in [0, 1]". */
export function describe(p: Preprocessing): string {
  if (p.encoding?.kind === 'ports') return describeColumns(p.encoding);
  if (p.encoding?.kind === 'text') return describeFeed(p.encoding);
  if (p.modality === 'waveform') return `waveform of ${sizeOf(p.shape)} samples, ${soundScale(p)}`;
  if (p.modality === 'tensor') return `numbers [${p.shape.join('×')}]${isIdentity(p) ? ' as they are' : `, ${scale(p)}`}`;
  const colour = { rgb: 'RGB', bgr: 'BGR', grayscale: 'grayscale', none: 'channels as in the data' }[p.channels];
  return `${colour}, ${p.shape.join('×')} (${p.layout}), ${scale(p)}`;
}

const isIdentity = ({ mean, std }: Preprocessing): boolean => mean.every((m) => m === 0) && std.every((s) => s === 1);

function soundScale(p: Preprocessing): string {
  if (isIdentity(p)) return 'values in [-1, 1]';
  return p.mean.every((m) => m === 0) && p.std.every((s) => s === 1 / 32768) ? '16-bit values' : scale(p);
}

function scale({ mean, std }: Preprocessing): string {
  const all = (values: readonly number[], value: number): boolean => values.every((v) => Math.abs(v - value) < 1e-6);
  if (all(mean, 0) && all(std, 1)) return 'values in [0, 1]';
  if (all(mean, 0) && all(std, 1 / 255)) return 'values in [0, 255]';
  if (all(mean, 0.5) && all(std, 0.5)) return 'values in [-1, 1]';
  const list = (values: readonly number[]): string =>
    (all(values, values[0] as number) ? values.slice(0, 1) : values).map((v) => Number(v.toPrecision(4))).join(', ');
  return `normalised with mean (${list(mean)}), std (${list(std)})`;
}
