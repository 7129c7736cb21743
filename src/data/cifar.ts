/** The binary format of CIFAR-10 and CIFAR-100: records of one or two label bytes and 3072 bytes of a 32×32 RGB image, plane by plane. */
import { basename } from 'node:path';
import { GibbonError } from '../base/errors.ts';
import { CIFAR10_CLASSES, CIFAR100_CLASSES } from './cifar-classes.ts';
import type { Dataset, Sample } from './dataset.ts';
import { interleave } from './image-layout.ts';
import { loadLabels } from './label-file.ts';
import type { Labels } from './labels.ts';
import type { ByteSource } from './source.ts';
import { fileSource } from './source.ts';
import { streamedDataset } from './streamed-dataset.ts';
import { scaled } from './typed-values.ts';

const SIDE = 32;
const PIXELS = SIDE * SIDE * 3;
/** Read at once while the labels are collected, about a megabyte. */
const RECORDS_AT_ONCE = 340;

/** How many label bytes a file of this name and size has in each record; undefined where it is no such file. */
export function cifarLabelBytes(path: string, size: number): 1 | 2 | undefined {
  const one = size > 0 && size % (PIXELS + 1) === 0;
  const two = size > 0 && size % (PIXELS + 2) === 0;
  // Both only at multiples of 9.4 MB, which the published files are not.
  if (one && two) return /100|fine/.test(basename(path)) ? 2 : 1;
  return one ? 1 : two ? 2 : undefined;
}

/**
 * Opens such a file. Labels get CIFAR's names where the file's name says CIFAR (or is one of its batches) and they are in range; otherwise they stay numbers,
 * since other sets (e.g. GTSRB) are kept in this layout too. Throws E_FILE_NOT_FOUND, E_DATA_EMPTY, E_DATA_UNREADABLE, and what `loadLabels` throws.
 */
export async function openCifar(path: string, labelFile: string | undefined): Promise<Dataset> {
  const source = await fileSource(path);
  if (source.size === 0) throw new GibbonError('E_DATA_EMPTY', `${path} is empty.`, { hint: 'Download the file again.' });
  const labelBytes = cifarLabelBytes(path, source.size);
  if (labelBytes === undefined) {
    throw new GibbonError(
      'E_DATA_UNREADABLE',
      `${path} has ${source.size} bytes: neither whole CIFAR-10 records (3073 bytes) nor CIFAR-100 records (3074).`,
      { hint: 'It is truncated, or of another format: download it again, or save it as .npy.' },
    );
  }
  const record = PIXELS + labelBytes;
  const length = source.size / record;
  const id = (index: number): string => `${basename(path)}[${index}]`;
  const labels = labelFile === undefined ? await collectLabels(source, length, labelBytes) : await loadLabels(labelFile, { length, id });
  const read = async (index: number): Promise<Pick<Sample, 'shape' | 'data'>> => {
    const bytes = await source.read(index * record + labelBytes, PIXELS);
    return { shape: [SIDE, SIDE, 3], data: interleave(scaled(bytes, 255), 3) };
  };
  return streamedDataset({
    modality: 'image',
    length,
    labels,
    files: [{ path }, ...(labelFile === undefined ? [] : [{ path: labelFile }])],
    id,
    read,
  });
}

async function collectLabels(source: ByteSource, length: number, labelBytes: 1 | 2): Promise<Labels> {
  const record = PIXELS + labelBytes;
  const labels = new Int32Array(length);
  for (let start = 0; start < length; start += RECORDS_AT_ONCE) {
    const count = Math.min(RECORDS_AT_ONCE, length - start);
    const bytes = await source.read(start * record, count * record);
    // CIFAR-100 has the coarse label first; the fine one is what models predict.
    for (let i = 0; i < count; i++) labels[start + i] = bytes[i * record + labelBytes - 1] as number;
  }
  return { labels, labelNames: standardNames(source.name, labels, labelBytes) };
}

function standardNames(path: string, labels: Int32Array, labelBytes: 1 | 2): readonly string[] | undefined {
  const classes = labelBytes === 1 ? CIFAR10_CLASSES : CIFAR100_CLASSES;
  const named = labelBytes === 2 || /cifar|(data|test)_batch/i.test(basename(path));
  return named && labels.every((label) => label < classes.length) ? classes : undefined;
}
