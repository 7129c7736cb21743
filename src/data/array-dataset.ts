/** A Dataset over one numeric array, whose first axis counts the samples (IDX, NPY, NPZ). */
import { GibbonError } from '../base/errors.ts';
import type { Dataset, Sample } from './dataset.ts';
import type { HashedFile } from './hash.ts';
import type { ImageLayout } from './image-layout.ts';
import { imageLayout, interleave } from './image-layout.ts';
import type { Labels } from './labels.ts';
import { checkLabelCount } from './labels.ts';
import type { NumericArray } from './numeric-array.ts';
import { readRow, rowBytes } from './numeric-array.ts';
import { streamedDataset } from './streamed-dataset.ts';
import { isFloat } from './typed-values.ts';

export interface ArrayDatasetParts {
  readonly array: NumericArray;
  /** The labels, and what to call their file. */
  readonly labels: (Labels & { readonly name: string }) | undefined;
  readonly files: readonly HashedFile[];
  /** Says that the numbers are or are not images, instead of letting shape and range decide. */
  readonly modality: 'image' | 'tensor' | undefined;
}

/** Decides at most over this much of a float array whether its values are those of an image. */
const SCAN_BYTES = 64 * 1024 ** 2;

/** Opens it. Throws E_DATA_EMPTY, E_DATA_SHAPE, E_DATA_VALUES, E_LABELS_MISMATCH. */
export async function arrayDataset({ array, labels, files, modality }: ArrayDatasetParts): Promise<Dataset> {
  checkSamples(array);
  const length = array.shape[0] as number;
  if (labels !== undefined) checkLabelCount(labels.labels.length, length, labels.name, array.name);
  const layout = await chooseLayout(array, modality);
  const read = async (index: number): Promise<Pick<Sample, 'shape' | 'data'>> =>
    layout === undefined ? readTensor(array, index) : readImage(array, index, layout);
  const notes = layout === undefined && modality === undefined ? imageShapeNote(array) : [];
  return streamedDataset({
    modality: layout === undefined ? 'tensor' : 'image',
    length,
    labels,
    files,
    notes,
    id: (index) => `${baseName(array.name)}[${index}]`,
    read,
  });
}

/** Floats from 0 to 255 are the likeliest reason for a verdict on something else than the user meant. */
function imageShapeNote(array: NumericArray): string[] {
  if (!isFloat(array.dtype) || imageLayout(array.shape.slice(1)) === undefined) return [];
  return [`${baseName(array.name)} has the shape of images, but not all of its values lie in [0, 1], so they are taken as plain numbers.`];
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

function checkSamples(array: NumericArray): void {
  if (array.shape.length < 2) {
    throw new GibbonError('E_DATA_SHAPE', `${array.name} has the shape [${array.shape.join(', ')}], one number for each sample.`, {
      hint: 'This looks like a label file: give the samples as --data and this file as --labels.',
    });
  }
  if (array.shape.includes(0))
    throw new GibbonError('E_DATA_EMPTY', `${array.name} has the shape [${array.shape.join(', ')}]: it is empty.`, {
      hint: 'Export at least one sample.',
    });
}

async function chooseLayout(array: NumericArray, modality: 'image' | 'tensor' | undefined): Promise<ImageLayout | undefined> {
  if (modality === 'tensor') return undefined;
  const layout = imageLayout(array.shape.slice(1));
  const fits = layout !== undefined && (array.dtype === 'uint8' || (isFloat(array.dtype) && (await withinUnit(array))));
  if (modality === 'image' && !fits) {
    throw new GibbonError('E_DATA_SHAPE', `${array.name}, ${array.dtype}[${array.shape.join(', ')}], does not hold images.`, {
      hint: 'Images are [N, H, W], [N, H, W, C] or [N, C, H, W] with 1, 3 or 4 channels, as uint8 or as floats in [0, 1].',
    });
  }
  return fits ? layout : undefined;
}

/** Are all values in [0, 1]? Looks at evenly spaced rows where the array is large; `read` checks each row again. */
async function withinUnit(array: NumericArray): Promise<boolean> {
  const length = array.shape[0] as number;
  const rows = Math.min(length, Math.max(1, Math.floor(SCAN_BYTES / rowBytes(array))));
  for (let i = 0; i < rows; i++) {
    const index = Math.floor((i * length) / rows);
    const row = await readRow(array, index);
    checkFinite(row, array.name, index);
    if (row.some((value) => value < 0 || value > 1)) return false;
  }
  return true;
}

/** Throws E_DATA_VALUES at the first NaN or infinity. */
function checkFinite(values: Float32Array, name: string, index: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new GibbonError('E_DATA_VALUES', `${name} holds ${values[at]} in sample ${index}, at position ${at}.`, {
    hint: 'Remove or impute samples that are not finite numbers (as float32).',
  });
}

async function readTensor(array: NumericArray, index: number): Promise<Pick<Sample, 'shape' | 'data'>> {
  const data = await readRow(array, index);
  checkFinite(data, array.name, index);
  return { shape: array.shape.slice(1), data };
}

async function readImage(array: NumericArray, index: number, layout: ImageLayout): Promise<Pick<Sample, 'shape' | 'data'>> {
  const row = await readRow(array, index, array.dtype === 'uint8' ? 255 : 1);
  checkFinite(row, array.name, index);
  if (row.some((value) => value < 0 || value > 1)) {
    throw new GibbonError(
      'E_DATA_VALUES',
      `${array.name} holds values outside [0, 1] in sample ${index}, while the samples looked at first are images in [0, 1].`,
      { hint: 'Scale all images alike, or save them as uint8.' },
    );
  }
  const { height, width, channels, planar } = layout;
  return { shape: [height, width, channels], data: planar ? interleave(row, channels) : row };
}
