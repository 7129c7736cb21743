/** How the row of a table becomes a model's inputs: which elements each input takes, in which units, and which rules the columns follow. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { type ElementType, floats, isFloat } from '../onnx/tensor.ts';
import type { Feeds, HostTensor, StringTensor, TypedArray } from '../runtime/runtime.ts';
import type { Range } from '../threat/ball.ts';
import type { Relation } from '../threat/relation.ts';
import type { Encoder } from './encoder.ts';

/** One element of a row. Numbers: value = element·scale + offset. Categories: the element is a position in the list. */
export interface EncodedColumn {
  readonly name: string;
  readonly scale: number;
  readonly offset: number;
  /** Least and largest value in the data, as an element of a row. */
  readonly low: number;
  readonly high: number;
  /** Only whole values occur. */
  readonly whole: boolean;
  readonly categories?: readonly string[] | undefined;
  /** May an attack change it? */
  readonly movable: boolean;
}

export interface EncodedPort {
  readonly name: string;
  readonly type: ElementType;
  /** Without the batch dimension: [] for [N], [1] for a column, [k] for a matrix. */
  readonly shape: readonly number[];
  /** Its elements of the row. */
  readonly from: number;
  readonly count: number;
}

/** Plain JSON, since it travels to workers. */
export interface PortsEncoding {
  readonly kind: 'ports';
  readonly columns: readonly EncodedColumn[];
  readonly ports: readonly EncodedPort[];
  /** Columns of 0 and 1 of which exactly one is 1 in every row. */
  readonly groups: readonly (readonly number[])[];
  /** What the user says that columns have to do with each other; every row of the data keeps it. */
  readonly relations?: readonly Relation[] | undefined;
  /** Nothing about columns and classes had to be guessed: names say which is which, or the user did. */
  readonly certain: boolean;
}

/** Significant digits from which on a float32 is sought; nine tell any two of them apart. */
const DIGITS = [6, 7, 8, 9] as const;

/**
 * The value behind an element: for whole columns the nearest whole number, otherwise the number of the fewest digits that has this element.
 * So values of up to six digits come back exactly as they stand in the file, although an element is a float32.
 */
export function numberOf(element: number, { scale, offset, whole }: EncodedColumn): number {
  const value = element * scale + offset;
  if (whole) return Math.round(value);
  if (scale === 1 && offset === 0) return value;
  for (const digits of DIGITS) {
    const short = shortened(value, digits);
    if (elementOf(short, { scale, offset }) === element) return short;
  }
  return value;
}

function shortened(value: number, digits: number): number {
  if (value === 0) return 0;
  const places = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return places >= 0 ? Math.round(value * 10 ** places) / 10 ** places : Math.round(value / 10 ** -places) * 10 ** -places;
}

/** The element of a row that stands for a value. */
export const elementOf = (value: number, { scale, offset }: Pick<EncodedColumn, 'scale' | 'offset'>): number =>
  Math.fround((value - offset) / scale);

/** What the model is given for an element: the text of a category, else the number. */
export const cellOf = (element: number, column: EncodedColumn): number | string =>
  column.categories ? (column.categories[Math.round(element)] ?? '') : numberOf(element, column);

export function portsEncoder({ columns, ports }: PortsEncoding): Encoder {
  return (rows): Feeds =>
    Object.fromEntries(
      ports.map((port) => {
        const cells = rows.flatMap((row) =>
          Array.from({ length: port.count }, (_, i) => cellOf(row[port.from + i] as number, columns[port.from + i] as EncodedColumn)),
        );
        return [port.name, tensorOf(port, cells, rows.length)];
      }),
    );
}

function tensorOf({ type, shape }: EncodedPort, cells: readonly (number | string)[], rows: number): HostTensor | StringTensor {
  const dims = [rows, ...shape];
  if (type === 'string') return { type, shape: dims, data: cells.map(String) };
  return { type, shape: dims, data: typed(type, cells.map(Number)) };
}

function typed(type: Exclude<ElementType, 'string'>, values: readonly number[]): TypedArray {
  switch (type) {
    case 'float64':
      return Float64Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, (v) => BigInt(Math.round(v)));
    case 'int32':
      return Int32Array.from(values);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    default:
      return Float32Array.from(values);
  }
}

/** Element types that `portsEncoder` can feed. */
export const FEEDABLE: ReadonlySet<ElementType> = new Set<ElementType>(['float32', 'float64', 'int64', 'int32', 'uint8', 'bool', 'string']);

/** The same as a graph, for rows x [B, size]: values by the name of their input. Numbers only. */
export function portValues(g: GraphBuilder, x: Value, { columns, ports }: PortsEncoding): Map<string, Value> {
  const row = (values: readonly number[]): Value => g.constant(floats(values, [1, values.length], x.type));
  const scaled = g.add(g.mul(x, row(columns.map(({ scale }) => scale))), row(columns.map(({ offset }) => offset)));
  const batch = x.shape[0] as number;
  const value = ({ type, shape, from, count }: EncodedPort): Value => {
    const own = g.reshape(g.slice(scaled, 1, from, from + count), [batch, ...shape]);
    if (type === 'float32') return own;
    return g.cast(isFloat(type) ? own : g.node('Round', [own]), type);
  };
  return new Map(ports.map((port) => [port.name, value(port)]));
}

/** Why no gradient reaches what may change of the row; undefined where one does. Gradients end at inputs of whole numbers. */
export function withoutSlope({ columns, ports }: PortsEncoding): string | undefined {
  const isOdd = ({ type, from, count }: EncodedPort): boolean =>
    type === 'string' || (!isFloat(type) && columns.slice(from, from + count).some(({ movable }) => movable));
  const odd = ports.filter(isOdd);
  if (odd.length === 0) return undefined;
  const named = odd.slice(0, 3).map(({ name, type }) => `${name} (${type})`);
  return `the inputs ${named.join(', ')}${odd.length > 3 ? `, … (${odd.length} in all)` : ''}`;
}

/** Every column within what the data has; those that may not change stay as they are. */
export function rangeOfColumns({ columns }: PortsEncoding): Range {
  return [columns.map(({ low }) => low), columns.map(({ high }) => high), columns.map(({ movable }) => movable)];
}

/** One line for people, e.g. "rows of 14 columns (6 numbers, 8 categories) for 14 inputs". */
export function describeColumns({ columns, ports }: PortsEncoding): string {
  const categories = columns.filter((column) => column.categories).length;
  const counted = (count: number, one: string, many: string): string[] => (count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]);
  const kinds = [...counted(columns.length - categories, 'number', 'numbers'), ...counted(categories, 'category', 'categories')];
  const inputs = ports.length === 1 ? 'one input' : `${ports.length} inputs`;
  return ports.some(({ shape }) => shape.length > 1)
    ? `${columns.length} numbers for ${inputs}`
    : `rows of ${columns.length} columns (${kinds.join(', ')}) for ${inputs}`;
}
