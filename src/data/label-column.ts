/** Finds the column of a table that holds the labels. */
import { GibbonError } from '../base/errors.ts';
import type { TextTable } from './delimited.ts';
import { columnName, isNumeric } from './table.ts';

/** What is known of the model. */
export interface LabelHints {
  /** As the user named it: a name, or a position from 0 (from the end where negative). */
  readonly wanted?: string | undefined;
  /** Names of the model's inputs: their columns are no labels. */
  readonly inputs?: readonly string[];
  /** The model's class names. */
  readonly classes?: readonly string[] | undefined;
  /** A column that is known to hold something else. */
  readonly except?: number | undefined;
}

/** Usual names, the clearest first. */
const NAMES = [
  'label',
  'labels',
  'class',
  'target',
  'y',
  'outcome',
  'diagnosis',
  'income',
  'species',
  'category',
  'type',
  'result',
  'output',
];
/** A label column without such a name has at most this many different values. */
const FEW = 50;

/** Letters and digits only, without case. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** @throws GibbonError E_LABELS_MISSING where none is found, E_USAGE where the wanted one is not there */
export function labelColumn(
  table: TextTable,
  { wanted, inputs = [], classes, except }: LabelHints,
  path: string,
): { at: number; how: string } {
  if (wanted !== undefined) return { at: wantedColumn(table, wanted, path), how: `The labels are ${wanted}, as given.` };
  const own = new Set(inputs.map(plainName));
  const left = [...(table.rows[0] ?? []).keys()].filter(
    (at) => at !== except && (!table.header || !own.has(plainName(columnName(table, at)))),
  );
  const found = byNameOrClasses(table, left, classes) ?? byValues(table, left);
  if (found) return { ...found, how: `The labels are ${columnName(table, found.at)} (${found.how}).` };
  throw new GibbonError('E_LABELS_MISSING', `${path} has no column that looks like labels`, {
    hint: 'Name it: --label-column NAME, or its position from 0 (-1 is the last one). Or give --labels FILE.',
  });
}

/** @throws GibbonError E_USAGE */
export function wantedColumn(table: TextTable, wanted: string, path: string): number {
  const width = table.rows[0]?.length ?? 0;
  const named = table.header?.findIndex((name) => name === wanted || plainName(name) === plainName(wanted)) ?? -1;
  if (named >= 0) return named;
  const at = /^-?\d+$/.test(wanted) ? Number(wanted) : Number.NaN;
  if (at >= -width && at < width) return (at + width) % width;
  const names = table.header
    ? `its columns are ${table.header.slice(0, 12).join(', ')}${width > 12 ? ', …' : ''}`
    : `it has ${width} columns without names`;
  throw new GibbonError('E_USAGE', `${path} has no column ${wanted}; ${names}`, { hint: 'Positions count from 0; -1 is the last one.' });
}

interface Choice {
  readonly at: number;
  readonly how: string;
}

function byName(table: TextTable, left: readonly number[]): Choice | undefined {
  if (!table.header) return undefined;
  for (const name of NAMES) {
    const at = left.find((one) => plainName(columnName(table, one)) === name);
    if (at !== undefined) return { at, how: 'by its name' };
  }
  return undefined;
}

/** A usual name decides, unless what stands below it is none of the model's classes and what stands below another name is. */
function byNameOrClasses(table: TextTable, left: readonly number[], classes: readonly string[] | undefined): Choice | undefined {
  const [named, known] = [byName(table, left), byClasses(table, left, classes)];
  if (!named || !known || !classes) return named ?? known;
  const names = new Set(classes.map(plainLabel));
  const isClass = (value: string): boolean => names.has(plainLabel(value)) || (/^\d+$/.test(value) && Number(value) < classes.length);
  return [...valuesOf(table, named.at)].every(isClass) ? named : known;
}

/** Signs count in labels: Adult's are <=50K and >50K. */
const plainLabel = (label: string): string => label.toLowerCase().replace(/\.$/, '');

const valuesOf = ({ rows }: TextTable, at: number): Set<string> => new Set(rows.map((row) => row[at] as string));

/** The last column whose every value is the name of a class. */
function byClasses(table: TextTable, left: readonly number[], classes: readonly string[] | undefined): Choice | undefined {
  if (!classes) return undefined;
  const known = new Set(classes.map(plainLabel));
  const at = [...left].reverse().find((one) => {
    const values = valuesOf(table, one);
    return values.size > 1 && values.size <= known.size && [...values].every((value) => known.has(plainLabel(value)));
  });
  return at === undefined ? undefined : { at, how: "its values are the model's classes" };
}

/** The last column, or else the first one, where it holds texts or whole numbers of which there are few. */
function byValues(table: TextTable, left: readonly number[]): Choice | undefined {
  for (const [at, how] of [
    [left.at(-1), 'the last column'],
    [left[0], 'the first column'],
  ] as const) {
    if (at === undefined) continue;
    const values = valuesOf(table, at);
    const isFew = values.size > 1 && values.size <= Math.min(FEW, table.rows.length / 2);
    if (isFew && (!isNumeric(table, at) || [...values].every((value) => /^\d+$/.test(value)))) return { at, how };
  }
  return undefined;
}
