/** The NPZ format of NumPy: a ZIP of NPY files; samples and labels are found by their usual names. */
import { unzipSync } from 'fflate';
import { GibbonError } from '../base/errors.ts';
import { openNpy } from './npy.ts';
import type { NumericArray } from './numeric-array.ts';
import { MAX_WHOLE_FILE, memorySource, readWholeFile } from './source.ts';

/** Pairs of names, the first present wins; a test split before the generic names before a training split. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['x_test', 'y_test'], ['X_test', 'y_test'], ['X_test', 'Y_test'], ['test_images', 'test_labels'], ['test_data', 'test_labels'],
  ['x', 'y'], ['X', 'y'], ['X', 'Y'], ['x', 'labels'], ['X', 'labels'], ['images', 'labels'], ['image', 'label'], ['images', 'y'], ['data', 'labels'], ['data', 'target'], ['data', 'y'], ['features', 'labels'], ['inputs', 'labels'], ['inputs', 'targets'],
  ['arr_0', 'arr_1'],
  ['x_train', 'y_train'], ['X_train', 'y_train'], ['train_images', 'train_labels'],
];

/** The samples, and the labels where the archive has them. */
export interface NpzArrays {
  readonly samples: NumericArray;
  readonly labels: NumericArray | undefined;
}

/** Unpacks an archive's arrays, by key. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE. */
async function unpack(path: string, wanted: (keys: string[]) => readonly string[]): Promise<Map<string, Uint8Array>> {
  const packed = await readWholeFile(path);
  try {
    const sizes = new Map<string, number>();
    unzipSync(packed, { filter: ({ name, originalSize, size }) => (sizes.set(name, declaredSize(path, name, originalSize, size)), false) });
    const keys = [...sizes.keys()].filter((name) => name.endsWith('.npy')).map((name) => name.slice(0, -4));
    const chosen = new Set(wanted(keys).map((key) => `${key}.npy`));
    const entries = unzipSync(packed, { filter: ({ name }) => chosen.has(name) });
    return new Map(Object.entries(entries).map(([name, bytes]) => [name.slice(0, -4), bytes]));
  } catch (thrown) {
    if (thrown instanceof GibbonError) throw thrown;
    throw new GibbonError('E_DATA_UNREADABLE', `${path} cannot be unpacked: ${(thrown as Error).message}.`, { hint: 'Write it with numpy.savez or numpy.savez_compressed.', cause: thrown });
  }
}

/** An unpacked size that deflate can reach (1032 to 1), since it is allocated before a byte is unpacked. */
function declaredSize(path: string, name: string, original: number, packed: number): number {
  if (original <= MAX_WHOLE_FILE && original <= packed * 1032 + 64) return original;
  throw new GibbonError('E_DATA_UNREADABLE', `${path} declares ${original} bytes for ${name}, packed into ${packed}.`, { hint: `Entries are unpacked in memory, up to ${MAX_WHOLE_FILE} bytes; save larger arrays with numpy.save.` });
}

/** Finds the samples (and labels) of an archive. Throws E_DATA_SHAPE where no array has a usual name. */
export async function openNpz(path: string): Promise<NpzArrays> {
  let pair: readonly [string, string | undefined] | undefined;
  const entries = await unpack(path, (keys) => {
    pair = choosePair(path, keys);
    return pair.filter((key) => key !== undefined);
  });
  const open = async (key: string): Promise<NumericArray> => openNpy(memorySource(`${path}:${key}`, entries.get(key) as Uint8Array));
  const [x, y] = pair as readonly [string, string | undefined];
  return { samples: await open(x), labels: y === undefined ? undefined : await open(y) };
}

function choosePair(path: string, keys: readonly string[]): readonly [string, string | undefined] {
  const both = PAIRS.find(([x, y]) => keys.includes(x) && keys.includes(y));
  if (both !== undefined) return both;
  const alone = PAIRS.map(([x]) => x).find((x) => keys.includes(x)) ?? (keys.length === 1 ? keys[0] : undefined);
  if (alone !== undefined) return [alone, undefined];
  throw new GibbonError('E_DATA_SHAPE', `${path} holds the arrays ${keys.slice(0, 8).join(', ') || '(none)'}; none has a name that says it holds the samples.`, { hint: 'Save the samples as x and the labels as y: numpy.savez(path, x=…, y=…).' });
}
