/** Finds out which row of a file beside the data (labels, groups) speaks of which sample. */
import { type ErrorCode, GibbonError } from '../base/errors.ts';
import { codePointOrder } from './natural-order.ts';

/** What the rows are fitted to. */
export interface NamedSamples {
  readonly length: number;
  /** A relative path, or `name[index]` in an array file. */
  readonly id: (index: number) => string;
}

/** Columns whose cells name samples. */
export const ID_COLUMNS: readonly string[] = ['id', 'index', 'file', 'filename', 'file_name', 'path', 'image', 'name'];

const fileName = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
const stem = (id: string): string => fileName(id).replace(/\.[^.]*$/, '');

/** The ways to say which sample a row means; the first that names every sample, each once, is the file's. */
const ID_SCHEMES: readonly ((id: string, index: number) => string)[] = [(id) => id, fileName, stem, (_, index) => String(index)];

export interface FileOfRows {
  readonly path: string;
  /** What the file gives each sample, as a word. */
  readonly what: string;
  readonly code: ErrorCode;
}

/** The row of each sample. @throws GibbonError of the given code where a sample has no row, or two */
export function rowsById(ids: readonly string[], samples: NamedSamples, { path, what, code }: FileOfRows): number[] {
  const byId = new Map<string, number>();
  ids.forEach((raw, i) => {
    const id = raw.replaceAll('\\', '/').replace(/^\.\//, '');
    if (byId.has(id)) throw new GibbonError(code, `${path} names ${id} twice.`, { hint: `Give one ${what} for each sample.` });
    byId.set(id, i);
  });
  let missing: string[] = [];
  for (const scheme of ID_SCHEMES) {
    const keys = Array.from({ length: samples.length }, (_, index) => scheme(samples.id(index), index));
    const absent = keys.filter((key) => !byId.has(key));
    if (absent.length === 0 && new Set(keys).size === keys.length) return keys.map((key) => byId.get(key) as number);
    if (missing.length === 0 || absent.length < missing.length) missing = absent;
  }
  const names = missing.sort(codePointOrder).slice(0, 5).join(', ');
  throw new GibbonError(
    code,
    `${path} has no ${what} for ${missing.length} of ${samples.length} samples${names ? `, e.g. ${names}` : ''}.`,
    {
      hint: 'Name each sample by its path inside the data folder, its file name, or its position from 0.',
    },
  );
}
