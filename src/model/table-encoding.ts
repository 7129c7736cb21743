/** From the columns of a table to the encoding of its rows: units of a standard deviation, and the rules that the data itself follows. */
import { GibbonError } from '../base/errors.ts';
import { plainName } from '../data/label-column.ts';
import type { TableDataset } from '../data/table-dataset.ts';
import { readRelation } from '../threat/read-relation.ts';
import { columnsOfRelation, keeps, type Relation } from '../threat/relation.ts';
import { asKnown } from './category-texts.ts';
import type { PreprocessingFlags } from './guess.ts';
import { type EncodedColumn, type EncodedPort, elementOf, type PortsEncoding } from './ports-encoding.ts';
import type { Preprocessing } from './preprocessing.ts';

/** Where the mean lies this many standard deviations from 0, float32 would lose the differences: values then count from the mean. */
const FAR = 64;

/**
 * @param known the texts that the model's encoders know
 * @param rules names of columns that an attack may not change, and relations between columns
 * @throws GibbonError E_USAGE where one of them is no column of the rows, or the data itself does not keep a relation
 */
export function tablePreprocessing(
  dataset: TableDataset,
  { ports, certain, known }: Pick<PortsEncoding, 'ports' | 'certain'> & { readonly known: ReadonlySet<string> },
  { immutable = [], relations = [] }: Pick<PreprocessingFlags, 'immutable' | 'relations'>,
): Preprocessing {
  const names = dataset.columns.map(({ name }, i) => nameOf(name, i, ports));
  const frozen = frozenColumns(names, immutable);
  const columns = dataset.columns.map((column, i): EncodedColumn => {
    const { whole } = column;
    const categories = column.categories?.map((text) => asKnown(text, known));
    const name = names[i] as string;
    const own = { name, movable: !categories && !frozen.has(i) && column.low < column.high };
    if (categories) return { ...own, scale: 1, offset: 0, low: 0, high: categories.length - 1, whole: true, categories };
    const scale = column.deviation > 0 ? column.deviation : 1;
    const units = { scale, offset: Math.abs(column.mean) > FAR * scale ? Math.round(column.mean) : 0 };
    return { ...own, ...units, low: elementOf(column.low, units), high: elementOf(column.high, units), whole };
  });
  const related = relationsOf(relations, names, { dataset, columns });
  const encoding: PortsEncoding = {
    kind: 'ports',
    columns,
    ports,
    groups: oneHotGroups(dataset),
    ...(related.length > 0 && { relations: related }),
    certain,
  };
  return { modality: 'table', layout: 'none', channels: 'none', shape: [columns.length], mean: [0], std: [1], resize: 'crop', encoding };
}

/** A table without a header borrows the names of the inputs that take one column each. */
function nameOf(name: string, i: number, ports: readonly EncodedPort[]): string {
  const port = ports.find(({ from, count }) => from === i && count === 1);
  return port && /^column \d+$/.test(name) ? port.name : name;
}

function frozenColumns(names: readonly string[], immutable: readonly string[]): Set<number> {
  return new Set(immutable.map((wanted) => placeOf(names, wanted)));
}

function placeOf(names: readonly string[], wanted: string): number {
  const exact = names.indexOf(wanted);
  const at = exact >= 0 ? exact : names.findIndex((name) => plainName(name) === plainName(wanted));
  if (at >= 0) return at;
  throw new GibbonError('E_USAGE', `there is no column ${wanted} among those that the model takes`, {
    hint: `They are ${names.join(', ')}.`,
  });
}

interface Related {
  readonly dataset: Pick<TableDataset, 'values' | 'length'>;
  readonly columns: readonly EncodedColumn[];
}

/** Relations are what the user says they are, never what the data happens to show; but data that breaks one shows that it is none. */
function relationsOf(texts: readonly string[], names: readonly string[], { dataset, columns }: Related): Relation[] {
  return texts.map((text) => {
    const relation = readRelation(text, (name) => placeOf(names, name));
    const values = new Map(columnsOfRelation(relation).map((at) => [at, dataset.values(at)]));
    const odd = [...values.keys()].find((at) => columns[at]?.categories);
    if (values.size === 0 || odd !== undefined)
      throw new GibbonError(
        'E_USAGE',
        `the relation \`${text}\` is about ${odd === undefined ? 'no column' : `${names[odd]}, a column of texts`}`,
        {
          hint: 'Relations hold between columns of numbers.',
        },
      );
    const isWhole = (at: number): boolean => columns[at]?.whole === true;
    const broken = Array.from({ length: dataset.length }, (_, row) => row).filter(
      (row) => !keeps(relation, (at) => values.get(at)?.[row] as number, isWhole),
    );
    if (broken.length === 0) return relation;
    throw new GibbonError(
      'E_USAGE',
      `the data itself does not keep the relation \`${text}\`: ${broken.length} of its ${dataset.length} rows break it`,
      {
        hint: `The first of them is row ${broken[0]} (from 0). Mend the relation or the data: attacks are held to what the data keeps.`,
      },
    );
  });
}

/** Runs of neighbouring columns of 0 and 1 that sum to 1 in every row, as one-hot encoders leave them; the shortest first. */
export function oneHotGroups({ columns, values, length }: Pick<TableDataset, 'columns' | 'values' | 'length'>): number[][] {
  const groups: number[][] = [];
  const sums = new Uint32Array(length);
  // Columns `from` to `to`: a window that moves on, so that every column is read twice at most.
  const sumWith = (column: number, sign: number): void =>
    values(column).forEach((v, i) => {
      sums[i] = (sums[i] as number) + sign * v;
    });
  let from = 0;
  const startAt = (column: number): void => {
    from = column;
    sums.fill(0);
  };
  for (const [to, { categories, whole, low, high }] of columns.entries()) {
    if (categories || !whole || low !== 0 || high !== 1) {
      startAt(to + 1);
      continue;
    }
    sumWith(to, 1);
    while (sums.some((sum) => sum > 1)) sumWith(from++, -1);
    if (to === from || !sums.every((sum) => sum === 1)) continue;
    groups.push(Array.from({ length: to - from + 1 }, (_, i) => from + i));
    startAt(to + 1);
  }
  return groups;
}
