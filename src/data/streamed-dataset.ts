/** The part that all formats share: a Dataset from a function that decodes one sample. */
import { GibbonError } from '../base/errors.ts';
import type { Dataset, Modality, Sample } from './dataset.ts';
import type { HashedFile } from './hash.ts';
import { hashFiles } from './hash.ts';
import type { Labels } from './labels.ts';

export interface StreamedParts {
  readonly modality: Modality;
  readonly length: number;
  readonly labels: Labels | undefined;
  /** What `hash()` reads, in order. */
  readonly files: readonly HashedFile[];
  readonly notes?: readonly string[];
  readonly id: (index: number) => string;
  readonly read: (index: number) => Promise<Pick<Sample, 'shape' | 'data' | 'doubles' | 'sampleRate'>>;
}

/** Samples decoded at once: enough to keep the disk and libvips busy, few enough to bound memory. */
const CONCURRENT_READS = 4;

/** `read` keeps the order asked for, and throws E_INTERNAL for an index outside the data. */
export function streamedDataset(parts: StreamedParts): Dataset {
  const { modality, length, labels, files, notes = [], id } = parts;
  let hashed: Promise<string> | undefined;
  const readOne = async (index: number): Promise<Sample> => {
    if (!Number.isInteger(index) || index < 0 || index >= length)
      throw new GibbonError('E_INTERNAL', `Sample ${index} was asked of a data set of ${length}.`);
    return { index, id: id(index), label: labels?.labels[index], ...(await parts.read(index)) };
  };
  return {
    modality,
    length,
    labelNames: labels?.labelNames,
    labels: labels?.labels,
    notes,
    id,
    hash: () => (hashed ??= hashFiles(files)),
    read: (indices) => mapConcurrently(indices, readOne),
  };
}

async function mapConcurrently<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await map(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_READS, items.length) }, work));
  return results;
}
