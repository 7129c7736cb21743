/** Opens labelled data of any supported format: the one entrance to this room. */
import { basename, join } from 'node:path';
import { arrayDataset } from './array-dataset.ts';
import { openCifar } from './cifar.ts';
import type { DataSpec, Dataset } from './dataset.ts';
import { detectFormat } from './detect.ts';
import { folderDataset, hasMedia } from './folder-dataset.ts';
import type { FolderListing } from './folder-listing.ts';
import { listFolder } from './folder-listing.ts';
import { openIdx, siblingLabels } from './idx.ts';
import { loadLabels } from './label-file.ts';
import type { Labels } from './labels.ts';
import { numericLabels } from './labels.ts';
import { openNamedArrays } from './named-arrays.ts';
import { openNpy } from './npy.ts';
import { openNpz } from './npz.ts';
import type { NumericArray } from './numeric-array.ts';
import { readColumn } from './numeric-array.ts';
import { fileSource } from './source.ts';
import { openTable } from './table-dataset.ts';
import { openTexts } from './text-dataset.ts';

export interface OpenOptions {
  /** Array files only: says whether they hold images, where shape and range would decide otherwise. */
  readonly modality?: 'image' | 'tensor';
}

/**
 * Opens the data at `spec.path`; nothing is decoded before it is read (a float array's values are looked at, to tell images from other numbers).
 *
 * - a folder: sub-folders are labels; flat: unlabelled, or with `spec.labels`; else the test split of MNIST or CIFAR files in it
 * - texts, where the model takes them: .txt files in folders, a column of a table or of JSON lines, a line each
 * - a table (CSV, TSV, Parquet): one column holds the labels, the others are the row
 * - IDX (labels beside it are found by name), CIFAR-10/100 binary, NPY, NPZ; a single image or WAV file
 *
 * Throws GibbonError: E_FILE_NOT_FOUND, E_DATA_UNREADABLE, E_DATA_EMPTY, E_DATA_SHAPE, E_DATA_VALUES, E_LABELS_MISMATCH.
 */
export async function openDataset(spec: DataSpec, options: OpenOptions = {}): Promise<Dataset> {
  const { path, labels } = spec;
  if (spec.as === 'text') return openTexts(spec);
  if (spec.arrays) return openNamedArrays(path, spec.arrays, labels);
  switch (await detectFormat(path)) {
    case 'folder':
      return openFolder(spec, options);
    case 'file':
      return folderDataset(path, { files: [{ path, name: basename(path) }], hidden: 0 }, labels);
    case 'cifar':
      return openCifar(path, labels);
    case 'idx':
      return fromArray(await openIdx(path), path, labels ?? (await siblingLabels(path)), options);
    case 'npy':
      return fromArray(await openNpy(await fileSource(path)), path, labels, options);
    case 'table':
      return openTable(spec);
    case 'npz':
      return fromNpz(spec, options);
  }
}

/** Test data before training data: a model is audited on what it has not seen. */
const KNOWN_FILES: readonly RegExp[] = [
  /^(t10k|test|emnist-.*test).*images.*idx3/i,
  /images.*idx3/i,
  /^test_batch\.bin$/,
  /^test\.bin$/,
  /\.npz$/i,
];

async function openFolder(spec: DataSpec, options: OpenOptions): Promise<Dataset> {
  const listing = await listFolder(spec.path);
  const known = hasMedia(listing) ? undefined : knownFile(listing, spec.split);
  if (known === undefined) return folderDataset(spec.path, listing, spec.labels);
  const dataset = await openDataset({ ...spec, path: join(spec.path, known) }, options);
  return { ...dataset, notes: [...(dataset.notes ?? []), `Of this folder, ${known} was read.`] };
}

/** The parts that a model was trained on. */
const TRAINING_FILES: readonly RegExp[] = [/^(train|emnist-.*train).*images.*idx3/i, /^data_batch_1\.bin$/, /^train\.bin$/];

function knownFile({ files }: FolderListing, split: DataSpec['split']): string | undefined {
  for (const pattern of split === 'train' ? [...TRAINING_FILES, ...KNOWN_FILES] : KNOWN_FILES) {
    const file = files.find(({ name }) => pattern.test(name));
    if (file !== undefined) return file.name;
  }
  return undefined;
}

async function fromArray(array: NumericArray, path: string, labelFile: string | undefined, options: OpenOptions): Promise<Dataset> {
  const length = array.shape[0] ?? 0;
  // A label file passed as data has no samples that labels could be fitted to; arrayDataset says so.
  const labels =
    labelFile === undefined || array.shape.length < 2
      ? undefined
      : { ...(await loadLabels(labelFile, { length, id: (index) => `${basename(path)}[${index}]` })), name: labelFile };
  return arrayDataset({
    array,
    labels,
    files: [{ path }, ...(labelFile === undefined ? [] : [{ path: labelFile }])],
    modality: options.modality,
  });
}

async function fromNpz({ path, labels: labelFile, split }: DataSpec, options: OpenOptions): Promise<Dataset> {
  const { samples, labels } = await openNpz(path, split);
  if (labelFile !== undefined || labels === undefined) return fromArray(samples, path, labelFile, options);
  const own: Labels = numericLabels(await readColumn(labels), labels.name);
  return arrayDataset({ array: samples, labels: { ...own, name: labels.name }, files: [{ path }], modality: options.modality });
}
