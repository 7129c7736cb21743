/** What the elements of a row can be, and what the model's inputs are given for them: as the audit's rows are defined. */
import { elementOf, numberOf, type PortsEncoding } from '../../model/ports-encoding.ts';
import { type Preprocessing, rangeOf } from '../../model/preprocessing.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { boundAt } from '../../threat/ball.ts';
import { type Axis, floatAxis, wholeAxis } from './axis.ts';
import { notBefore } from './columns.ts';

/** An element of a row. */
export interface RowElement {
  readonly axis: Axis;
  /** May an attack change it? */
  readonly isMovable: boolean;
  /** What the model's input is given for it; undefined for categories. */
  readonly value: ((element: number) => number) | undefined;
}

/** Which element of a row fills which place of which input. */
export interface RowPlan {
  readonly elements: readonly RowElement[];
  /** Columns of each input. */
  readonly widths: ReadonlyMap<string, number>;
  /** The element that fills a place. */
  elementAt(port: string, at: number): number;
}

/** @param input the model's first input, which takes all of a row that is no table */
export function rowPlan(p: Preprocessing, input: string): RowPlan {
  if (p.encoding?.kind === 'text') throw notBefore('texts change by whole characters');
  if (p.encoding?.kind === 'ports') return planOfPorts(p.encoding);
  const size = sizeOf(p.shape);
  const [low, high] = rangeOf(p) ?? [undefined, undefined];
  const elements = Array.from({ length: size }, (_, i): RowElement => {
    const [mean, std] = [at(p.mean, i, p), at(p.std, i, p)];
    const axis = low === undefined || high === undefined ? floatAxis() : floatAxis(boundAt(low, i), boundAt(high, i));
    const isIdentity = mean === 0 && std === 1;
    return { axis, isMovable: true, value: isIdentity ? (x) => x : (x) => Math.fround((x - mean) / std) };
  });
  return { elements, widths: new Map([[input, size]]), elementAt: (_, place) => place };
}

/** One number, or one for each channel of a row without planes (model/encoding.ts). */
function at(values: readonly number[], i: number, { layout, mean, std, shape }: Preprocessing): number {
  const channels = Math.max(mean.length, std.length);
  const plane = layout === 'NHWC' || channels === 1 ? 1 : sizeOf(shape.slice(1));
  return values[(Math.floor(i / plane) % channels) % values.length] as number;
}

/** Whole numbers from here on are no float32 numbers by themselves. */
const LARGE = 2 ** 24;

function planOfPorts({ columns, ports }: PortsEncoding): RowPlan {
  const elements = ports.flatMap(({ type, from, count }) =>
    columns.slice(from, from + count).map((column): RowElement => {
      const { low, high, movable: isMovable, whole, categories, offset, scale, name } = column;
      if (categories) return { axis: floatAxis(), isMovable: false, value: undefined };
      // So far from 0, rows in units of a deviation do not keep the order of the numbers that they stand for.
      if (!whole && Math.abs(offset) >= LARGE) throw notBefore(`the numbers of ${name} are too large for float32`);
      const axis = whole
        ? wholeAxis(Math.round(low * scale + offset), Math.round(high * scale + offset), (n) => elementOf(n, column))
        : floatAxis(low, high);
      const value = (element: number): number => {
        const number = numberOf(element, column);
        if (type === 'float32') return Math.fround(number);
        return type === 'float64' ? number : Math.round(number);
      };
      return { axis, isMovable, value };
    }),
  );
  const starts = new Map(ports.map(({ name, from }) => [name, from]));
  return {
    elements,
    widths: new Map(ports.map(({ name, count }) => [name, count])),
    elementAt: (port, place) => (starts.get(port) ?? 0) + place,
  };
}
