/** A Dataset over a folder of image or audio files: class folders are labels; a flat folder has none, unless a label file is given. */
import { GibbonError } from '../base/errors.ts';
import { AUDIO_NAME, decodeAudioFile } from './audio-file.ts';
import type { Dataset, Sample } from './dataset.ts';
import type { FolderListing, ListedFile } from './folder-listing.ts';
import { decodeImageFile, IMAGE_NAME } from './image-file.ts';
import { loadLabels } from './label-file.ts';
import type { Labels } from './labels.ts';
import { streamedDataset } from './streamed-dataset.ts';

type Decoded = Pick<Sample, 'shape' | 'data' | 'sampleRate'>;

/** Is there anything in it that `folderDataset` can read? */
export const hasMedia = ({ files }: FolderListing): boolean => files.some(({ name }) => IMAGE_NAME.test(name) || AUDIO_NAME.test(name));

/** Decodes recordings that are all of the first one's sampling rate: at another rate the same numbers mean another sound. */
function audioReader(files: readonly ListedFile[]): (path: string) => Promise<Decoded> {
  let first: Promise<number> | undefined;
  return async (path) => {
    const { data, sampleRate } = await decodeAudioFile(path);
    const [own] = files;
    first ??=
      own === undefined || own.path === path ? Promise.resolve(sampleRate) : decodeAudioFile(own.path).then((one) => one.sampleRate);
    const rate = await first;
    if (rate === sampleRate) return { shape: [data.length], data, sampleRate };
    throw new GibbonError('E_DATA_SHAPE', `${path} has ${sampleRate} samples a second, ${own?.name} has ${rate}.`, {
      hint: 'Bring all recordings to the rate that the model was trained with: ffmpeg -i in.wav -ar 16000 out.wav.',
    });
  };
}

/**
 * Opens a listing of which images or audio files, whichever are more, are the samples; what is neither is ignored, with a note.
 * Throws E_DATA_EMPTY where there are none, and what `loadLabels` throws.
 */
export async function folderDataset(root: string, listing: FolderListing, labelFile: string | undefined): Promise<Dataset> {
  const images = listing.files.filter(({ name }) => IMAGE_NAME.test(name));
  const waves = listing.files.filter(({ name }) => AUDIO_NAME.test(name));
  const isImages = images.length >= waves.length;
  const media = isImages ? images : waves;
  if (media.length === 0) throw emptyFolder(root, listing);
  const { files, labels } =
    labelFile === undefined ? labelByFolder(media) : { files: media, labels: await labelsFromFile(labelFile, media) };
  const read = isImages ? decodeImageFile : audioReader(files);
  return streamedDataset({
    modality: isImages ? 'image' : 'waveform',
    length: files.length,
    labels,
    files: [...files, ...(labelFile === undefined ? [] : [{ path: labelFile, name: 'labels' }])],
    notes: ignoredNotes(
      listing.files.length - media.length,
      media.length - files.length,
      listing.hidden,
      isImages ? 'image' : 'audio file',
    ),
    id: (index) => (files[index] as ListedFile).name,
    read: (index): Promise<Decoded> => read((files[index] as ListedFile).path),
  });
}

function emptyFolder(root: string, { files, hidden }: FolderListing): GibbonError {
  const others = files.length + hidden;
  return new GibbonError(
    'E_DATA_EMPTY',
    `${root} holds no images or audio files${others > 0 ? `; its ${others} other files were ignored` : ''}.`,
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
