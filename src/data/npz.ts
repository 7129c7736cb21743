/** The NPZ format of NumPy: a ZIP of NPY files; samples and labels are found by their usual names. */
import type { UnzipFileInfo } from 'fflate';
import { unzipSync } from 'fflate';
import { GibbonError } from '../base/errors.ts';
import { openNpy } from './npy.ts';
import type { NumericArray } from './numeric-array.ts';
import { MAX_WHOLE_FILE, memorySource, readWholeFile } from './source.ts';

interface Split {
  readonly samples: readonly string[];
  readonly labels: readonly string[];
}

/** The usual names; a test split goes before names without a split, and these before a training split. */
const SPLITS: readonly Split[] = [
  { samples: ['x_test', 'X_test', 'test_images', 'test_data'], labels: ['y_test', 'Y_test', 'test_labels'] },
  {
    samples: ['x', 'X', 'images', 'image', 'data', 'features', 'inputs', 'arr_0'],
    labels: ['y', 'Y', 'labels', 'label', 'targets', 'target', 'arr_1'],
  },
  { samples: ['x_train', 'X_train', 'train_images', 'train_data'], labels: ['y_train', 'Y_train', 'train_labels'] },
];

/** The samples, and the labels where the archive has them. */
export interface NpzArrays {
  readonly samples: NumericArray;
  readonly labels: NumericArray | undefined;
}

/** Refuses an unpacked size that deflate (1032 to 1) cannot reach, since it is allocated before a byte is unpacked. */
function checkDeclaredSize(path: string, name: string, original: number, packed: number): void {
  if (original <= MAX_WHOLE_FILE && original <= packed * 1032 + 64) return;
  throw new GibbonError('E_DATA_UNREADABLE', `${path} declares ${original} bytes for ${name}, packed into ${packed}.`, {
    hint: `Entries are unpacked in memory, up to ${MAX_WHOLE_FILE} bytes; save larger arrays with numpy.save.`,
  });
}

/** Finds the samples (and labels) of an archive, test splits first unless the training split is asked for. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE; E_DATA_SHAPE where no array has a usual name. */
export async function openNpz(path: string, split?: 'train'): Promise<NpzArrays> {
  const packed = await readWholeFile(path);
  const keys = keysOf(path, packed);
  const [x, y] = choosePair(path, keys, split === 'train' ? [...SPLITS].reverse() : SPLITS);
  const entries = unzip(path, packed, ({ name, originalSize, size }) => {
    const chosen = name === `${x}.npy` || name === `${y}.npy`;
    if (chosen) checkDeclaredSize(path, name, originalSize, size);
    return chosen;
  });
  const open = (key: string): Promise<NumericArray> => openNpy(memorySource(`${path}:${key}`, entries[`${key}.npy`] as Uint8Array));
  return { samples: await open(x), labels: y === undefined ? undefined : await open(y) };
}

/** The names of the arrays. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE. */
export async function npzKeys(path: string): Promise<string[]> {
  return keysOf(path, await readWholeFile(path));
}

/** The array that has a usual name for labels, test splits first; undefined where none has. */
export function labelKey(keys: readonly string[]): string | undefined {
  return SPLITS.flatMap(({ labels }) => labels).find((name) => keys.includes(name));
}

/** Nothing is unpacked in this pass: it only lists the names. */
function keysOf(path: string, packed: Uint8Array): string[] {
  const keys: string[] = [];
  unzip(path, packed, ({ name }) => {
    if (name.endsWith('.npy')) keys.push(name.slice(0, -4));
    return false;
  });
  return keys;
}

function unzip(path: string, packed: Uint8Array, filter: (file: UnzipFileInfo) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(packed, { filter });
  } catch (thrown) {
    if (thrown instanceof GibbonError) throw thrown;
    throw new GibbonError('E_DATA_UNREADABLE', `${path} cannot be unpacked: ${(thrown as Error).message}.`, {
      hint: 'Write it with numpy.savez or numpy.savez_compressed.',
      cause: thrown,
    });
  }
}

function choosePair(path: string, keys: readonly string[], splits: readonly Split[]): readonly [string, string | undefined] {
  const present = (names: readonly string[]): string | undefined => names.find((name) => keys.includes(name));
  const pairs = splits.map(({ samples, labels }) => [present(samples), present(labels)] as const);
  // Samples with labels before samples without, whatever the split.
  const [x, y] = pairs.find((pair) => !pair.includes(undefined)) ?? pairs.find(([samples]) => samples !== undefined) ?? [];
  if (x !== undefined) return [x, y];
  if (keys.length === 1) return [keys[0] as string, undefined];
  throw new GibbonError(
    'E_DATA_SHAPE',
    `${path} holds the arrays ${keys.slice(0, 8).join(', ') || '(none)'}; none has a name that says it holds the samples.`,
    { hint: 'Save the samples as x and the labels as y: numpy.savez(path, x=…, y=…).' },
  );
}

/** One array of an archive by its key. Throws E_DATA_UNREADABLE where there is none. */
export async function openNpzArray(path: string, key: string): Promise<NumericArray> {
  const packed = await readWholeFile(path);
  const entries = unzip(path, packed, ({ name, originalSize, size }) => {
    if (name === `${key}.npy`) checkDeclaredSize(path, name, originalSize, size);
    return name === `${key}.npy`;
  });
  const bytes = entries[`${key}.npy`];
  if (!bytes) throw new GibbonError('E_DATA_UNREADABLE', `${path} holds no array called ${key}.`);
  return openNpy(memorySource(`${path}:${key}`, bytes));
}
