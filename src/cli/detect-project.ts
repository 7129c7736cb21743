/** Models and labelled data in a folder, the likeliest first: names and places only, nothing is opened. */
import { type Dirent, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { AUDIO_NAME } from '../data/audio-file.ts';
import { IMAGE_NAME } from '../data/image-file.ts';
import { TABLE_NAME } from '../data/table-file.ts';

export interface FoundData {
  readonly path: string;
  readonly labels?: string;
}

export interface Project {
  /** Paths from the folder. */
  readonly models: readonly string[];
  readonly data: readonly FoundData[];
}

/** Folders below, and entries in all, that are looked at. */
const DEEPEST = 3;
const MOST = 5000;
const ARRAYS = /\.(npz|npy)$/i;
const IDX_IMAGES = /images[.-]idx3-ubyte(\.gz)?$/i;
const CIFAR = /^(test_batch|data_batch_\d|test)\.bin$/i;

export async function detectProject(folder: string): Promise<Project> {
  const models = new Set<string>();
  const data: FoundData[] = [];
  let seen = 0;
  const visit = async (at: string, depth: number): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch((): Dirent[] => []);
    const inside = entries.filter(({ name }) => !name.startsWith('.') && name !== 'node_modules');
    for (const { name } of inside.filter((entry) => entry.isFile()).sort(byName)) {
      if (++seen > MOST) return;
      if (/\.onnx$/i.test(name)) models.add(relative(folder, modelAt(join(at, name))) || '.');
      else data.push(...dataFile(folder, join(at, name)));
    }
    const folders = inside.filter((entry) => entry.isDirectory()).sort(byName);
    if (depth < DEEPEST && (await isByClass(at, folders))) {
      if (at !== folder) data.push({ path: relative(folder, at) });
      return;
    }
    if (depth < DEEPEST) for (const { name } of folders) await visit(join(at, name), depth + 1);
  };
  await visit(folder, 0);
  return { models: [...models], data: data.sort((a, b) => likely(b.path) - likely(a.path)) };
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);

/** Hugging Face folders are models as a whole. */
function modelAt(file: string): string {
  const folder = basename(dirname(file)) === 'onnx' ? dirname(dirname(file)) : dirname(file);
  return existsSync(join(folder, 'config.json')) ? folder : file;
}

function dataFile(folder: string, file: string): FoundData[] {
  const name = basename(file);
  const path = relative(folder, file);
  if (IDX_IMAGES.test(name)) {
    const labels = join(dirname(file), name.replace(/images/i, 'labels').replace(/idx3/i, 'idx1'));
    return [{ path, ...(existsSync(labels) && { labels: relative(folder, labels) }) }];
  }
  return TABLE_NAME.test(name) || ARRAYS.test(name) || CIFAR.test(name) ? [{ path }] : [];
}

/** Two folders or more with pictures, recordings or texts in them. */
async function isByClass(at: string, folders: readonly Dirent[]): Promise<boolean> {
  if (folders.length < 2) return false;
  for (const { name } of folders.slice(0, 2)) {
    const files = await readdir(join(at, name)).catch((): string[] => []);
    if (!files.some((file) => IMAGE_NAME.test(file) || AUDIO_NAME.test(file) || /\.txt$/i.test(file))) return false;
  }
  return true;
}

/** An audit wants examples that the model has not seen. */
function likely(path: string): number {
  if (/test|val|eval|holdout/i.test(path)) return 2;
  return /train/i.test(path) ? 0 : 1;
}
