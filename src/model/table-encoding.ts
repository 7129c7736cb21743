/** From the columns of a table to the encoding of its rows: units of a standard deviation, and the rules that the data itself follows. */
import { GibbonError } from '../base/errors.ts';
import { plainName } from '../data/label-column.ts';
import type { TableDataset } from '../data/table-dataset.ts';
import { asKnown } from './category-texts.ts';
import { type EncodedColumn, type EncodedPort, elementOf, type PortsEncoding } from './ports-encoding.ts';
import type { Preprocessing } from './preprocessing.ts';

/** Where the mean lies this many standard deviations from 0, float32 would lose the differences: values then count from the mean. */
const FAR = 64;

/**
 * @param known the texts that the model's encoders know
 * @param immutable names of columns that an attack may not change
 * @throws GibbonError E_USAGE where one of them is no column of the rows
 */
export function tablePreprocessing(
  dataset: TableDataset,
  { ports, certain, known }: Pick<PortsEncoding, 'ports' | 'certain'> & { readonly known: ReadonlySet<string> },
  immutable: readonly string[],
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
  const encoding: PortsEncoding = { kind: 'ports', columns, ports, groups: oneHotGroups(dataset), certain };
  return { modality: 'table', layout: 'none', channels: 'none', shape: [columns.length], mean: [0], std: [1], resize: 'crop', encoding };
}

/** A table without a header borrows the names of the inputs that take one column each. */
function nameOf(name: string, i: number, ports: readonly EncodedPort[]): string {
  const port = ports.find(({ from, count }) => from === i && count === 1);
  return port && /^column \d+$/.test(name) ? port.name : name;
}

function frozenColumns(names: readonly string[], immutable: readonly string[]): Set<number> {
  return new Set(
    immutable.map((wanted) => {
      const at = names.findIndex((name) => name === wanted || plainName(name) === plainName(wanted));
      if (at >= 0) return at;
      throw new GibbonError('E_USAGE', `there is no column ${wanted} among those that the model takes`, {
        hint: `They are ${names.join(', ')}.`,
      });
    }),
  );
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
