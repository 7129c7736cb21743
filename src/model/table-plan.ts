/** Which columns of a table become which inputs of a model: by name where the inputs have the names of columns, otherwise by order and count. */
import { GibbonError } from '../base/errors.ts';
import type { TextTable } from '../data/delimited.ts';
import { labelColumn, plainName } from '../data/label-column.ts';
import { columnName, isNumeric, type TableSpec } from '../data/table.ts';
import type { Port } from '../onnx/graph.ts';
import type { EncodedPort } from './ports-encoding.ts';
import { FEEDABLE } from './ports-encoding.ts';

export interface TablePlan {
  readonly spec: TableSpec;
  readonly ports: readonly EncodedPort[];
  /** Did names say which input takes which column? */
  readonly named: boolean;
  /** What was assumed, as sentences. */
  readonly notes: readonly string[];
}

export interface PlanHints {
  readonly path: string;
  readonly classes: readonly string[] | undefined;
  readonly labelColumn?: string | undefined;
  /** Labels come from a file of their own. */
  readonly labelled: boolean;
}

/** An input and how many columns it takes; undefined where the model leaves that open. */
interface Slot {
  readonly port: Port;
  readonly width: number | undefined;
}

/** @throws GibbonError E_DATA_SHAPE where columns and inputs do not fit, E_LABELS_MISSING, E_MODEL_UNSUPPORTED */
export function planTable(table: TextTable, inputs: readonly Port[], hints: PlanHints): TablePlan {
  const slots = inputs.map(slotOf);
  const label = hints.labelled
    ? undefined
    : labelColumn(table, { wanted: hints.labelColumn, inputs: inputs.map(({ name }) => name), classes: hints.classes }, hints.path);
  const left = [...(table.rows[0] ?? []).keys()].filter((at) => at !== label?.at);
  const byName = byNames(table, slots, left);
  const { columns, how } = byName ?? byOrder(table, slots, left) ?? mismatch(table, slots, left, hints.path);
  const ports = encodedPorts(slots, columns.length);
  const texts = ports.flatMap(({ type, from, count }) => (type === 'string' ? columns.slice(from, from + count) : []));
  return {
    spec: { ...(label && { label: label.at }), columns, texts },
    ports,
    named: byName !== undefined,
    notes: [...(label ? [label.how] : []), ...how],
  };
}

function slotOf(port: Port): Slot {
  if (!FEEDABLE.has(port.type)) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's input ${port.name} is of type ${port.type}`, {
      hint: 'Export it with float32, float64, integer or string inputs.',
    });
  }
  const dims = port.shape?.slice(1) ?? [];
  if (dims.length > 1) {
    throw new GibbonError('E_DATA_SHAPE', `the model's input ${port.name} has ${dims.length + 1} dimensions; a row of a table fills two`, {
      hint: 'Is this data meant for this model? Pictures and sequences do not come in tables.',
    });
  }
  const [width] = dims;
  return { port, width: dims.length === 0 && port.shape ? 1 : typeof width === 'number' && width > 0 ? width : undefined };
}

interface Choice {
  readonly columns: readonly number[];
  readonly how: readonly string[];
}

const listed = (table: TextTable, columns: readonly number[]): string => {
  const names = columns.map((at) => columnName(table, at));
  return `${names.slice(0, 8).join(', ')}${names.length > 8 ? `, … (${names.length} in all)` : ''}`;
};

const unused = (table: TextTable, left: readonly number[], columns: readonly number[]): string[] => {
  const rest = left.filter((at) => !columns.includes(at));
  return rest.length === 0 ? [] : [`The model has no input for ${listed(table, rest)}: left out.`];
};

/** Several inputs, each of one column and with its name. */
function byNames(table: TextTable, slots: readonly Slot[], left: readonly number[]): Choice | undefined {
  if (!table.header || slots.length < 2 || slots.some(({ width }) => width !== undefined && width !== 1)) return undefined;
  const columns = slots.map(({ port }) => left.filter((at) => plainName(columnName(table, at)) === plainName(port.name)));
  if (columns.some((found) => found.length !== 1)) return undefined;
  const chosen = columns.flat();
  return { columns: chosen, how: [...unused(table, left, chosen), `Each of the ${slots.length} inputs takes the column of its name.`] };
}

/** In the order of the file; where the kinds do not fit, numbers and texts each in their order. Columns that only count rows are left out if they are too many. */
function byOrder(table: TextTable, slots: readonly Slot[], left: readonly number[]): Choice | undefined {
  const fixed = slots.reduce((sum, { width }) => sum + (width ?? (slots.length > 1 ? 1 : 0)), 0);
  const isOpen = slots.length === 1 && slots[0]?.width === undefined;
  const wanted = isOpen ? undefined : fixed;
  const numbers = left.filter((at) => isNumeric(table, at));
  const counters = left.filter((at) => isCounter(table, at));
  const tries = [left, left.filter((at) => !counters.includes(at)), numbers, numbers.filter((at) => !counters.includes(at))];
  for (const columns of tries) {
    if (wanted !== undefined && columns.length !== wanted) continue;
    const order = inOrder(table, slots, columns) ?? byKind(table, slots, columns);
    if (order) return { columns: order, how: [...unused(table, left, columns), told(slots, order, columns)] };
  }
  return undefined;
}

function told(slots: readonly Slot[], order: readonly number[], columns: readonly number[]): string {
  if (order.some((at, i) => at !== columns[i])) return 'Numbers and texts go to the inputs of their kind, each in the order of the file.';
  return slots.length === 1
    ? `The input takes the ${order.length} columns in the order of the file.`
    : `The ${slots.length} inputs take the columns in the order of the file.`;
}

const suits = (table: TextTable, { port }: Slot, at: number): boolean => port.type === 'string' || isNumeric(table, at);
const widthOf = ({ width }: Slot, all: number): number => width ?? all;

function inOrder(table: TextTable, slots: readonly Slot[], columns: readonly number[]): readonly number[] | undefined {
  const each = slots.flatMap((slot) => Array<Slot>(widthOf(slot, slots.length === 1 ? columns.length : 1)).fill(slot));
  // A text that a string input of its own kind is waiting for must not go to another place.
  return each.length === columns.length && each.every((slot, i) => suits(table, slot, columns[i] as number)) ? columns : undefined;
}

function byKind(table: TextTable, slots: readonly Slot[], columns: readonly number[]): readonly number[] | undefined {
  const queues = {
    text: columns.filter((at) => !isNumeric(table, at)),
    number: columns.filter((at) => isNumeric(table, at)),
  };
  const taken = slots.map((slot) => queues[slot.port.type === 'string' ? 'text' : 'number'].splice(0, widthOf(slot, 1)));
  return slots.every((slot, i) => taken[i]?.length === widthOf(slot, 1)) && queues.text.length + queues.number.length === 0
    ? taken.flat()
    : undefined;
}

/** Does a column do nothing but number the rows? */
function isCounter(table: TextTable, at: number): boolean {
  const name = plainName(columnName(table, at));
  if (table.header && /^(id|index|unnamed0|rowid|rownames?|no|nr)$/.test(name)) return true;
  const values = table.rows.map((row) => row[at] as string);
  return values.length > 2 && values.every((value, i) => /^\d+$/.test(value) && Number(value) === Number(values[0]) + i);
}

function mismatch(table: TextTable, slots: readonly Slot[], left: readonly number[], path: string): never {
  const texts = left.filter((at) => !isNumeric(table, at));
  const wanted = slots.map(({ port: { name, type }, width }) => `${name} (${width === undefined ? 'any number of' : width} ${type})`);
  const inputs = `${wanted.slice(0, 8).join(', ')}${wanted.length > 8 ? `, … (${wanted.length} in all)` : ''}`;
  throw new GibbonError(
    'E_DATA_SHAPE',
    `the columns of ${path} do not fit the model: besides the labels there are ${left.length} (${listed(table, left)}), the model takes ${inputs}`,
    {
      hint: `${texts.length > 0 ? `Texts in ${listed(table, texts)}: where the model takes numbers, give them as it was trained on them. ` : ''}Check --label-column, and that this data belongs to this model.`,
    },
  );
}

/** Which elements of the row each input takes. */
function encodedPorts(slots: readonly Slot[], columns: number): EncodedPort[] {
  let from = 0;
  return slots.map(({ port: { name, type, shape }, width }) => {
    const count = width ?? (slots.length === 1 ? columns : 1);
    const own = { name, type, shape: shape && shape.length < 2 ? [] : [count], from, count };
    from += count;
    return own;
  });
}
