/** Brings decoded samples into the shape and order of a model's input row, and rows back into pictures. */
import { padded } from '../base/code-points.ts';
import { GibbonError } from '../base/errors.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import type { ResizeWay } from '../data/resize-way.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { elementOf, type PortsEncoding } from './ports-encoding.ts';
import type { Preprocessing } from './preprocessing.ts';

/** Resizes an image [h, w, c] in [0, 1]; injected, since decoding and resizing differ between Node and the browser. */
export type ResizeImage = (
  image: { readonly shape: readonly number[]; readonly data: Float32Array },
  height: number,
  width: number,
  way: ResizeWay,
) => Promise<Float32Array>;

/** Decoded at a time: photos of a camera are a hundred times as large as what a model sees of them. */
const GROUP_BYTES = 64e6;
const LARGEST_GROUP = 500;

/** Reads samples and maps each, in this order, in groups whose decoded numbers fit into some 64 MB; what `map` lets go of is then free. */
export async function mapDecoded<T>(
  dataset: Pick<Dataset, 'read'>,
  indices: readonly number[],
  map: (sample: Sample) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  // How large they are is known by decoding them: groups grow from one.
  let [group, largest] = [1, 1];
  for (let at = 0; at < indices.length; ) {
    const samples = await dataset.read(indices.slice(at, at + group));
    results.push(...(await Promise.all(samples.map(map))));
    at += group;
    for (const { data } of samples) largest = Math.max(largest, data.byteLength);
    group = Math.max(1, Math.min(LARGEST_GROUP, 4 * group, Math.floor(GROUP_BYTES / largest)));
  }
  return results;
}

/** One row [...shape], values before normalisation. @throws GibbonError E_DATA_SHAPE, E_DATA_VALUES */
export async function toRow(sample: Sample, p: Preprocessing, resize: ResizeImage): Promise<Float32Array> {
  const row = await rowOf(sample, p, resize);
  if (row.some((value) => !Number.isFinite(value))) {
    throw new GibbonError('E_DATA_VALUES', `${sample.id} holds NaN or infinite values`, {
      hint: 'Remove or impute them before the audit.',
    });
  }
  return row;
}

async function rowOf(sample: Sample, p: Preprocessing, resize: ResizeImage): Promise<Float32Array> {
  if (p.encoding?.kind === 'ports') return tableRow(sample, p.encoding);
  if (p.encoding?.kind === 'text') return padded(sample.data, sizeOf(p.shape));
  if (p.modality === 'image') return imageRow(sample, p, resize);
  return p.modality === 'waveform' ? waveformRow(sample, p) : tensorRow(sample, p);
}

/** Values in the units of their columns. */
function tableRow(
  { data, doubles = data }: { data: ArrayLike<number>; doubles?: ArrayLike<number> },
  { columns }: PortsEncoding,
): Float32Array {
  return Float32Array.from(columns, (column, i) => elementOf(doubles[i] as number, column));
}

/** [channels, height, width] of an image model; for a flat input that of the square picture it would be, or else of one line. */
export function imageSize({ layout, shape }: Pick<Preprocessing, 'layout' | 'shape'>): { channels: number; height: number; width: number } {
  const [a = 1, b = 1, c = 1] = shape;
  if (shape.length === 1) {
    const channels = [1, 3].find((count) => Number.isInteger(Math.sqrt(a / count)));
    return channels === undefined
      ? { channels: 1, height: 1, width: a }
      : { channels, height: Math.sqrt(a / channels), width: Math.sqrt(a / channels) };
  }
  if (shape.length === 2) return { channels: 1, height: a, width: b };
  return layout === 'NHWC' ? { height: a, width: b, channels: c } : { channels: a, height: b, width: c };
}

async function imageRow(sample: Sample, p: Preprocessing, resize: ResizeImage): Promise<Float32Array> {
  if (p.shape.length === 1) return flatRow(sample, p);
  const { channels, height, width } = imageSize(p);
  const [h, w, c] = sample.shape as [number, number, number];
  const data = h === height && w === width ? sample.data : await resize(sample, height, width, p.resize);
  const row = new Float32Array(channels * height * width);
  const order = p.channels === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  for (let i = 0; i < height * width; i++) {
    for (let k = 0; k < channels; k++) {
      const value = channels === 1 && c >= 3 ? luminance(data, i * c) : (data[i * c + (c === 1 ? 0 : (order[k] as number))] as number);
      row[p.layout === 'NHWC' ? i * channels + k : k * height * width + i] = value;
    }
  }
  return row;
}

/** The numbers in the order of the data or, in NCHW, plane by plane. */
function flatRow(sample: Sample, p: Preprocessing): Float32Array {
  const data = tensorRow(sample, p);
  if (p.layout !== 'NCHW') return data;
  const channels = sample.shape[2] ?? 1;
  const plane = data.length / channels;
  return data.map((_, i) => data[(i % plane) * channels + Math.floor(i / plane)] as number);
}

/** ITU-R BT.601, as in PIL's "L". */
const luminance = (data: Float32Array, at: number): number =>
  0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);

/** Cut or padded with silence at the end. */
function waveformRow(sample: Sample, p: Preprocessing): Float32Array {
  const row = new Float32Array(sizeOf(p.shape));
  row.set(sample.data.subarray(0, row.length));
  return row;
}

function tensorRow(sample: Sample, p: Preprocessing): Float32Array {
  if (sample.data.length !== sizeOf(p.shape)) {
    throw new GibbonError('E_DATA_SHAPE', `${sample.id} has ${sample.data.length} numbers, the model takes [${p.shape.join(', ')}]`, {
      hint: 'Check that this data belongs to this model.',
    });
  }
  return sample.data;
}

/** An image row as [height, width, channels] RGB bytes. */
export function toBytes(row: Float32Array, p: Preprocessing): { height: number; width: number; channels: number; data: Uint8Array } {
  const { channels, height, width } = imageSize(p);
  const data = new Uint8Array(row.length);
  const isInterleaved = p.layout === 'NHWC' || p.layout === 'none';
  const order = p.channels === 'bgr' ? [2, 1, 0] : [...Array(channels).keys()];
  for (let i = 0; i < height * width; i++) {
    for (let k = 0; k < channels; k++) {
      const value = row[isInterleaved ? i * channels + k : k * height * width + i] as number;
      data[i * channels + (order[k] as number)] = Math.round(Math.min(1, Math.max(0, value)) * 255);
    }
  }
  return { height, width, channels, data };
}
