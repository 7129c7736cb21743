/** Opens more data for a model as the audited data was opened: the same reading of the input, columns by name, labels matched with the same classes. */

import { GibbonError } from '../base/errors.ts';
import type { DataSpec, Dataset, Sample } from '../data/dataset.ts';
import type { TextTable } from '../data/delimited.ts';
import { plainName } from '../data/label-column.ts';
import { matchLabels } from '../data/match-labels.ts';
import { openNamedArrays } from '../data/named-arrays.ts';
import { openDataset } from '../data/open.ts';
import { resizeImage } from '../data/resize.ts';
import { columnName, type TableSpec } from '../data/table.ts';
import { tableDataset } from '../data/table-dataset.ts';
import { readTable } from '../data/table-file.ts';
import { asKnown, knownTexts } from '../model/category-texts.ts';
import { readModelFile } from '../model/model-file.ts';
import type { PortsEncoding } from '../model/ports-encoding.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import { toRow } from '../model/rows.ts';
import { openTextFor } from './open-text.ts';
import type { Subject } from './subject.ts';

export interface LikeOrder {
  /** The audited one. */
  readonly subject: Subject;
  readonly data: DataSpec;
  readonly classes: number;
  readonly classNames: readonly string[] | null;
}

/** Data that stands beside the audited one. */
export interface OpenedLike {
  readonly sha256: string;
  readonly length: number;
  /** The right class of every sample, as an output of the model. */
  readonly labels: readonly number[];
  readonly notes: readonly string[];
  readonly data: DataSpec;
  readonly preprocessing: Preprocessing;
}

/** Names that the audited data does not have leave open which class is meant: an order is not assumed twice. */
function otherLabels(path: string, own: readonly string[], classNames: readonly string[] | null): GibbonError {
  const few = (names: readonly string[]): string => `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
  const audited = classNames === null ? 'are numbers' : `are ${few(classNames)}`;
  return new GibbonError('E_LABELS_MISMATCH', `the labels of ${path} are ${few(own)}, those of the audited data ${audited}`, {
    hint: 'Members and non-members need the labels of --data.',
  });
}

interface Opened {
  readonly dataset: Dataset;
  readonly data: DataSpec;
  readonly preprocessing: Preprocessing;
}

/** @throws GibbonError E_DATA_SHAPE, E_LABELS_MISSING, E_LABELS_MISMATCH where it does not fit the audited data, and what opening throws */
export async function openLike({ subject, data, classes, classNames }: LikeOrder): Promise<OpenedLike> {
  const opened = await openedAs(subject, data);
  const { dataset, preprocessing } = opened;
  const { modality } = subject.preprocessing;
  if (dataset.modality !== modality) {
    throw new GibbonError('E_DATA_SHAPE', `${data.path} holds ${dataset.modality} data, the audited data is ${modality}`, {
      hint: 'Members and non-members have to be of the same kind as --data.',
    });
  }
  if (!dataset.labels) {
    throw new GibbonError('E_LABELS_MISSING', `${data.path} has no labels`, {
      hint: 'Membership is inferred from the answer for the right class: give them with --members-labels or --non-members-labels.',
    });
  }
  const { labels, how, assumed } = matchLabels(dataset, classNames ?? undefined, classes);
  if (assumed) throw otherLabels(data.path, dataset.labelNames ?? [], classNames);
  const [first] = await dataset.read([0]);
  // One row shows whether the shape fits.
  await toRow(first as Sample, preprocessing, resizeImage);
  const notes = [how, ...(dataset.notes ?? [])];
  return { sha256: await dataset.hash(), length: dataset.length, labels: Array.from(labels), notes, data: opened.data, preprocessing };
}

async function openedAs(subject: Subject, data: DataSpec): Promise<Opened> {
  const { preprocessing } = subject;
  if (preprocessing.modality === 'text' && subject.remote) {
    const spec: DataSpec = { ...data, as: 'text' };
    return { dataset: await openDataset(spec), data: spec, preprocessing };
  }
  if (preprocessing.modality === 'text') {
    const model = await readModelFile(subject.model);
    const spec: DataSpec = { ...data, as: 'text' };
    const { dataset, preprocessing: own } = await openTextFor(model, { ...subject, data: spec });
    return { dataset, data: spec, preprocessing: own };
  }
  const { table, arrays } = subject.data;
  if (table) return openTableLike(subject, table, data);
  if (arrays) {
    const dataset = await openNamedArrays(data.path, arrays, data.labels);
    return { dataset, data: { ...data, arrays }, preprocessing };
  }
  return { dataset: await openDataset(data), data, preprocessing };
}

/** Columns are found by name, or by position where a table has no header; categories keep their texts, whatever their positions. */
async function openTableLike(subject: Subject, audited: TableSpec, data: DataSpec): Promise<Opened> {
  const [like, text] = await Promise.all([readTable(subject.data.path), readTable(data.path)]);
  const at = columnFinder(like, text, data.path);
  const table: TableSpec = {
    ...(audited.label === undefined || data.labels !== undefined ? {} : { label: at(audited.label) }),
    columns: audited.columns.map(at),
    texts: audited.texts.map(at),
  };
  if (table.label === undefined && data.labels === undefined) {
    throw new GibbonError(
      'E_LABELS_MISSING',
      `the labels of the audited table come from a file of their own; ${data.path} needs one, too`,
      {
        hint: 'Give it with --members-labels or --non-members-labels.',
      },
    );
  }
  const dataset = await tableDataset(text, table, data);
  const known = subject.remote ? new Set<string>() : knownTexts((await readModelFile(subject.model)).graph);
  const encoding = subject.preprocessing.encoding as PortsEncoding;
  const columns = encoding.columns.map((column, i) => {
    const categories = dataset.columns[i]?.categories?.map((category) => asKnown(category, known));
    return { ...column, ...(categories && { categories, low: 0, high: categories.length - 1 }) };
  });
  return { dataset, data: { ...data, table }, preprocessing: { ...subject.preprocessing, encoding: { ...encoding, columns } } };
}

function columnFinder(like: TextTable, text: TextTable, path: string): (at: number) => number {
  const width = ({ rows }: TextTable): number => rows[0]?.length ?? 0;
  if (!like.header || !text.header) {
    if (width(like) === width(text)) return (at) => at;
    throw new GibbonError('E_DATA_SHAPE', `${path} has ${width(text)} columns, the audited table ${width(like)}`, {
      hint: 'Without a header in both, they need the same columns in the same order.',
    });
  }
  const names = text.header.map(plainName);
  return (at) => {
    const wanted = columnName(like, at);
    const found = text.header?.indexOf(wanted) ?? -1;
    const column = found >= 0 ? found : names.indexOf(plainName(wanted));
    if (column >= 0) return column;
    throw new GibbonError('E_DATA_SHAPE', `${path} has no column ${wanted}, which the audited table has`, {
      hint: `It has ${text.header?.slice(0, 12).join(', ')}. Members and non-members need the columns of --data.`,
    });
  };
}
