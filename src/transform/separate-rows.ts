/**
 * Does a graph treat the rows of its inputs one by one? A model written for one row and run on several may mix them where nobody sees it (a mean
 * over all there is). What cannot be shown to keep rows apart counts as mixing them.
 */
import { intOf, intsOf, type Node, type StaticGraph } from '../onnx/graph.ts';
import { bytesPer, numbers, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { isCore, OPS } from '../ops/table.ts';

/** An axis along which element i of the value depends on row i of the inputs alone; or `fixed`: the value depends on no input. */
type Kind = number | 'fixed';

interface Spot {
  readonly node: Node;
  readonly rows: number;
  readonly kinds: readonly (Kind | undefined)[];
  shape(index: number): readonly number[];
  numbers(index: number): readonly number[] | undefined;
  /** Output shape. */
  readonly out: readonly number[];
  /** Is input `index` fixed, and the same for each row, where the rows lie along the axis `back`, counted from the end? */
  beside(index: number, back: number): boolean;
}

/** The axis of the rows in the node's outputs, given that some input has one; undefined where rows may be mixed. */
type Keeps = (spot: Spot) => number | undefined;

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The row axis of input `index`, if it has one. */
const rowsOf = ({ kinds }: Spot, index: number): number | undefined => {
  const kind = kinds[index];
  return typeof kind === 'number' ? kind : undefined;
};

/** The row axis of the first input, the others being fixed. */
function first(spot: Spot): number | undefined {
  return spot.kinds.slice(1).every((kind) => kind === undefined || kind === 'fixed') ? rowsOf(spot, 0) : undefined;
}

/** Works along an axis of its own, which must not be that of the rows. */
const along =
  (fallback: number): Keeps =>
  (spot) => {
    const at = first(spot);
    return positive(intOf(spot.node, 'axis', fallback), spot.shape(0).length) === at ? undefined : at;
  };

/** Knows the first two axes as rows and channels. */
const image: Keeps = (spot) => (first(spot) === 0 ? 0 : undefined);

/** Keeps every axis where it is, if the rows' axis keeps its size. */
const inPlace: Keeps = (spot) => {
  const at = first(spot);
  return at !== undefined && spot.out.length === spot.shape(0).length && spot.out[at] === spot.rows ? at : undefined;
};

/** Where the axis goes when others are taken out. */
function without(at: number | undefined, gone: readonly number[], keep: boolean): number | undefined {
  if (at === undefined || gone.includes(at)) return undefined;
  return keep ? at : at - gone.filter((axis) => axis < at).length;
}

const reduced: Keeps = (spot) => {
  const axes = spot.numbers(1)?.map((axis) => positive(axis, spot.shape(0).length));
  return axes && without(first(spot), axes, intOf(spot.node, 'keepdims', 1) === 1);
};

const chosen: Keeps = (spot) =>
  without(first(spot), [positive(intOf(spot.node, 'axis', 0), spot.shape(0).length)], intOf(spot.node, 'keepdims', 1) === 1);

/** All operands aligned from the right: those with rows have them at the same axis, the others are the same for each row. */
const elementwise: Keeps = (spot) => {
  const backs = spot.kinds.flatMap((kind, i) => (typeof kind === 'number' ? [kind - spot.shape(i).length] : []));
  const back = backs[0] as number;
  if (backs.some((other) => other !== back)) return undefined;
  const fits = spot.kinds.every((kind, i) => kind !== 'fixed' || spot.beside(i, back));
  return fits ? spot.out.length + back : undefined;
};

/** Rows may be those of the left matrices, columns of the right ones, or matrices of both. */
const product: Keeps = (spot) => {
  const [a, b] = [rowsOf(spot, 0), rowsOf(spot, 1)];
  const [left, right] = [a === undefined ? undefined : a - spot.shape(0).length, b === undefined ? undefined : b - spot.shape(1).length];
  if (left === -2 && b === undefined) return spot.out.length - 2;
  if (right === -1 && a === undefined) return spot.out.length - 1;
  const back = left ?? (right as number);
  if (back > -3 || (right ?? back) !== back) return undefined;
  const fits = [0, 1].every((i) => rowsOf(spot, i) !== undefined || spot.beside(i, back));
  return fits ? spot.out.length + back : undefined;
};

/** Rows of A, or the same row of A for each; C has them too, or is the same for each. */
const gemm: Keeps = (spot) => {
  const [, b, c] = spot.kinds;
  const at = intOf(spot.node, 'transA', 0);
  const ownRows = rowsOf(spot, 0) === at || (spot.kinds[0] === 'fixed' && spot.beside(0, at - 2));
  const added = c === undefined || (typeof c === 'number' ? c - spot.shape(2).length === -2 : spot.beside(2, -2));
  return ownRows && b === 'fixed' && added ? 0 : undefined;
};

const concat: Keeps = (spot) => {
  const at = elementwise({ ...spot, beside: (index, back) => spot.shape(index).length >= -back && spot.beside(index, back) });
  return positive(intOf(spot.node, 'axis', 0), spot.out.length) === at ? undefined : at;
};

/** Rows of the data with the same places for each, or rows of places in the same data. */
const gather: Keeps = (spot) => {
  const axis = positive(intOf(spot.node, 'axis', 0), spot.shape(0).length);
  const [data, places] = [rowsOf(spot, 0), rowsOf(spot, 1)];
  if (data === undefined) return places === undefined ? undefined : axis + places;
  if (places !== undefined || data === axis) return undefined;
  return data < axis ? data : data - 1 + spot.shape(1).length;
};

/** The axis that has as much before it, and the size of the rows. */
const reshape: Keeps = (spot) => {
  const at = first(spot);
  if (at === undefined) return undefined;
  const before = sizeOf(spot.shape(0).slice(0, at));
  const found = spot.out.findIndex((size, i) => size === spot.rows && sizeOf(spot.out.slice(0, i)) === before);
  return found < 0 ? undefined : found;
};

const expand: Keeps = (spot) => {
  const at = first(spot);
  return at === undefined ? undefined : spot.out.length - spot.shape(0).length + at;
};

const slice: Keeps = (spot) => {
  const at = first(spot);
  const count = spot.numbers(1)?.length ?? 0;
  const axes = spot.numbers(3) ?? Array.from({ length: count }, (_, i) => i);
  return axes.some((axis) => positive(axis, spot.out.length) === at) ? undefined : at;
};

/** The numbers of input 1 at the rows' axis say that nothing happens there. */
const untouched =
  (nothing: number): Keeps =>
  (spot) => {
    const [at, given] = [first(spot), spot.numbers(1)];
    if (at === undefined || !given) return undefined;
    const own = given.length === spot.out.length ? [given[at]] : [given[at], given[at + spot.out.length]];
    return own.every((value) => value === nothing) ? at : undefined;
  };

const summed: Keeps = (spot) => {
  const axis = spot.numbers(1)?.[0];
  const at = first(spot);
  return axis === undefined || positive(axis, spot.out.length) === at ? undefined : at;
};

const transpose: Keeps = (spot) => {
  const at = rowsOf(spot, 0);
  const found = at === undefined ? -1 : (intsOf(spot.node, 'perm') ?? [...spot.out.keys()].reverse()).indexOf(at);
  return found < 0 ? undefined : found;
};

const KEEPS: Readonly<Record<string, Keeps>> = {
  ArgMax: chosen,
  AveragePool: image,
  Concat: concat,
  Conv: image,
  ConvTranspose: image,
  CumSum: summed,
  DepthToSpace: image,
  Expand: expand,
  Gather: gather,
  Gemm: gemm,
  LogSoftmax: along(-1),
  MatMul: product,
  MaxPool: image,
  Pad: untouched(0),
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceMin: reduced,
  ReduceSum: reduced,
  Reshape: reshape,
  Resize: inPlace,
  Slice: slice,
  Softmax: along(-1),
  Split: along(0),
  Tile: untouched(1),
  TopK: along(-1),
  Transpose: transpose,
};

const POINTWISE = new Set(['Mul', 'Max', 'Min', 'Where', 'And', 'Or', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Mod']);

function ruleOf(op: string): Keeps | undefined {
  if (Object.hasOwn(KEEPS, op)) return KEEPS[op];
  const family = isCore(op) ? OPS[op].family : undefined;
  return POINTWISE.has(op) || family === 'unary' || family === 'binary' ? elementwise : undefined;
}

/** Is row i of every output a function of row i of the inputs alone? The inputs' first dimension is `rows`, more than 1. */
export function separatesRows(graph: StaticGraph, rows: number): boolean {
  const kinds = new Map<string, Kind>(graph.inputs.map(({ name }) => [name, 0]));
  for (const name of graph.constants.keys()) kinds.set(name, 'fixed');
  for (const node of graph.nodes) {
    const spot = spotOf(graph, node, kinds, rows);
    const depends = spot.kinds.some((kind) => typeof kind === 'number');
    const at = depends ? ruleOf(node.op)?.(spot) : undefined;
    if (depends && at === undefined) return false;
    for (const name of node.outputs) kinds.set(name, at ?? (repeated(spot) ? 0 : 'fixed'));
  }
  return graph.outputs.every(({ name }) => kinds.get(name) === 0);
}

/** Is it one value, repeated for each row? */
const repeated = ({ node, out, rows, shape }: Spot): boolean =>
  node.op === 'Expand' && out[0] === rows && (shape(0).length < out.length || shape(0)[0] === 1);

function spotOf(graph: StaticGraph, node: Node, kinds: ReadonlyMap<string, Kind>, rows: number): Spot {
  const nameOf = (index: number): string => node.inputs[index] ?? '';
  const shape = (index: number): readonly number[] => graph.types.get(nameOf(index))?.shape ?? [];
  return {
    node,
    rows,
    kinds: node.inputs.map((name) => (name === '' ? undefined : kinds.get(name))),
    shape,
    out: graph.types.get(node.outputs[0] as string)?.shape ?? [],
    numbers: (index) => {
      const tensor = graph.constants.get(nameOf(index));
      return tensor && numbers(tensor);
    },
    beside: (index, back) => {
      const own = shape(index);
      const at = own.length + back;
      if (at < 0 || own[at] === 1) return true;
      const tensor = graph.constants.get(nameOf(index));
      return kinds.get(nameOf(index)) === 'fixed' && own[at] === rows && tensor !== undefined && repeats(tensor, at);
    },
  };
}

/** Is every slice of the constant along the axis the same? */
function repeats({ type, shape, data }: Tensor, axis: number): boolean {
  const size = sizeOf(shape.slice(axis + 1)) * bytesPer(type);
  const period = size * (shape[axis] as number);
  return data.every((byte, i) => byte === data[Math.floor(i / period) * period + (i % size)]);
}
