/** A Dataset over a folder of image or WAV files: class folders are labels; a flat folder has none, unless a label file is given. */
import { GibbonError } from '../base/errors.ts';
import type { Dataset, Sample } from './dataset.ts';
import type { FolderListing, ListedFile } from './folder-listing.ts';
import { decodeImageFile, IMAGE_NAME } from './image-file.ts';
import { loadLabels } from './label-file.ts';
import type { Labels } from './labels.ts';
import { readWholeFile } from './source.ts';
import { streamedDataset } from './streamed-dataset.ts';
import { parseWav } from './wav.ts';

type Decoded = Pick<Sample, 'shape' | 'data' | 'sampleRate'>;

/** What counts as audio in a folder. */
export const WAVE_NAME = /\.wave?$/i;

/** Is there anything in it that `folderDataset` can read? */
export const hasMedia = ({ files }: FolderListing): boolean => files.some(({ name }) => IMAGE_NAME.test(name) || WAVE_NAME.test(name));

async function decodeWaveFile(path: string): Promise<Decoded> {
  const { data, sampleRate } = parseWav(await readWholeFile(path), path);
  return { shape: [data.length], data, sampleRate };
}

/**
 * Opens a listing of which images or WAV files, whichever are more, are the samples; what is neither is ignored, with a note.
 * Throws E_DATA_EMPTY where there are none, and what `loadLabels` throws.
 */
export async function folderDataset(root: string, listing: FolderListing, labelFile: string | undefined): Promise<Dataset> {
  const images = listing.files.filter(({ name }) => IMAGE_NAME.test(name));
  const waves = listing.files.filter(({ name }) => WAVE_NAME.test(name));
  const isImages = images.length >= waves.length;
  const media = isImages ? images : waves;
  if (media.length === 0) throw emptyFolder(root, listing);
  const { files, labels } =
    labelFile === undefined ? labelByFolder(media) : { files: media, labels: await labelsFromFile(labelFile, media) };
  return streamedDataset({
    modality: isImages ? 'image' : 'waveform',
    length: files.length,
    labels,
    files: [...files, ...(labelFile === undefined ? [] : [{ path: labelFile, name: 'labels' }])],
    notes: ignoredNotes(listing.files.length - media.length, media.length - files.length, listing.hidden, isImages ? 'image' : 'WAV file'),
    id: (index) => (files[index] as ListedFile).name,
    read: (index): Promise<Decoded> => (isImages ? decodeImageFile : decodeWaveFile)((files[index] as ListedFile).path),
  });
}

function emptyFolder(root: string, { files, hidden }: FolderListing): GibbonError {
  const others = files.length + hidden;
  return new GibbonError(
    'E_DATA_EMPTY',
    `${root} holds no images or WAV files${others > 0 ? `; its ${others} other files were ignored` : ''}.`,
    { hint: 'Give a folder with one sub-folder for each class, or an IDX, CIFAR, .npy or .npz file.' },
  );
}

const labelsFromFile = (labelFile: string, files: readonly ListedFile[]): Promise<Labels> =>
  loadLabels(labelFile, { length: files.length, id: (index) => (files[index] as ListedFile).name });

/** The first folder of each path is its label. Files beside the class folders belong to no class, so they are left out. */
export function labelByFolder(media: readonly ListedFile[]): { files: readonly ListedFile[]; labels: Labels | undefined } {
  const inFolders = media.filter(({ name }) => name.includes('/'));
  if (inFolders.length === 0) return { files: media, labels: undefined };
  const folder = ({ name }: ListedFile): string => name.slice(0, name.indexOf('/'));
  // The listing is in natural order already, folder by folder.
  const labelNames = [...new Set(inFolders.map(folder))];
  const index = new Map(labelNames.map((name, i) => [name, i]));
  return { files: inFolders, labels: { labels: Int32Array.from(inFolders, (file) => index.get(folder(file)) as number), labelNames } };
}

function ignoredNotes(others: number, unlabelled: number, hidden: number, kind: string): string[] {
  const count = (n: number, one: string, many = `${one}s`): string => (n === 1 ? `1 ${one} was` : `${n} ${many} were`);
  return [
    ...(others > 0 ? [`${count(others, 'file')} ignored: not a readable kind of ${kind}.`] : []),
    ...(unlabelled > 0 ? [`${count(unlabelled, kind)} ignored: beside the class folders, so without a label.`] : []),
    ...(hidden > 0 ? [`${count(hidden, 'hidden entry', 'hidden entries')} ignored.`] : []),
  ];
}
