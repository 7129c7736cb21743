/** Several arrays of an NPZ archive as one data set: a sample is the numbers of all of them, one array behind the other. */
import { basename } from 'node:path';
import { GibbonError } from '../base/errors.ts';
import type { Dataset } from './dataset.ts';
import { loadLabels } from './label-file.ts';
import { type Labels, numericLabels } from './labels.ts';
import { labelKey, npzKeys, openNpzArray } from './npz.ts';
import { elementCount, type NumericArray, readColumn, readRow } from './numeric-array.ts';
import { streamedDataset } from './streamed-dataset.ts';

/** What is known of one of the arrays. */
export interface Part {
  readonly name: string;
  /** Of one sample. */
  readonly shape: readonly number[];
  readonly isWhole: boolean;
}

export interface ArraysDataset extends Dataset {
  readonly parts: readonly Part[];
}

/** @throws GibbonError E_DATA_SHAPE where an array is missing or they differ in length, and what reading throws */
export async function openNamedArrays(path: string, names: readonly string[], labelFile: string | undefined): Promise<ArraysDataset> {
  const keys = await npzKeys(path);
  const missing = names.filter((name) => !keys.includes(name));
  if (missing.length > 0) {
    throw new GibbonError(
      'E_DATA_SHAPE',
      `${path} has no array for the model's inputs ${missing.join(', ')}; it holds ${keys.join(', ')}`,
      {
        hint: `Save one array for each input, under its name: numpy.savez(path, ${names.map((name) => `${name}=…`).join(', ')}, y=…).`,
      },
    );
  }
  const arrays = await Promise.all(names.map((name) => openNpzArray(path, name)));
  const length = arrays[0]?.shape[0] ?? 0;
  const odd = arrays.find(({ shape }) => shape[0] !== length);
  if (odd) {
    throw new GibbonError('E_DATA_SHAPE', `${odd.name} holds ${odd.shape[0] ?? 0} samples, ${arrays[0]?.name} ${length}`, {
      hint: 'All arrays need the same number of samples, in the same order.',
    });
  }
  const dataset = streamedDataset({
    modality: 'tensor',
    length,
    labels: await labelsOf(path, keys, length, labelFile),
    files: [{ path }, ...(labelFile === undefined ? [] : [{ path: labelFile }])],
    id: (index) => `${basename(path)}[${index}]`,
    read: async (index) => joined(await Promise.all(arrays.map((array) => readRow(array, index)))),
  });
  return {
    ...dataset,
    parts: arrays.map((array, i) => ({ name: names[i] as string, shape: array.shape.slice(1), isWhole: isWhole(array) })),
  };
}

const isWhole = ({ dtype }: NumericArray): boolean => !dtype.startsWith('float');

function joined(rows: readonly Float32Array[]): { shape: number[]; data: Float32Array } {
  const size = rows.reduce((sum, row) => sum + row.length, 0);
  const data = new Float32Array(size);
  let at = 0;
  for (const row of rows) {
    data.set(row, at);
    at += row.length;
  }
  return { shape: [size], data };
}

async function labelsOf(path: string, keys: readonly string[], length: number, labelFile: string | undefined): Promise<Labels | undefined> {
  if (labelFile !== undefined) return loadLabels(labelFile, { length, id: (index) => `${basename(path)}[${index}]` });
  const key = labelKey(keys);
  return key === undefined ? undefined : numericLabels(await readColumn(await openNpzArray(path, key)), `${path}:${key}`);
}

export const sizeOfPart = ({ shape }: Part): number => elementCount(shape);
