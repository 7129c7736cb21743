/**
 * Does a graph treat the rows of its inputs one by one? A model written for one row and run on several may mix them where nobody sees it (a mean
 * over all there is). What cannot be shown to keep rows apart counts as mixing them.
 */
import { intOf, intsOf, type Node, type StaticGraph } from '../onnx/graph.ts';
import { bytesPer, numbers, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { isCore, OPS } from '../ops/table.ts';

/** `rows`: row i of the value, along its first dimension, depends on row i of the inputs alone; `fixed`: on no input. */
type Kind = 'rows' | 'fixed';

interface Spot {
  readonly node: Node;
  readonly rows: number;
  readonly kinds: readonly (Kind | undefined)[];
  shape(index: number): readonly number[];
  numbers(index: number): readonly number[] | undefined;
  /** Output shape. */
  readonly out: readonly number[];
  /** Can input `index` stand beside rows of rank `rank`: nothing of its own along the first dimension, or the same in each row? */
  beside(index: number, rank: number): boolean;
}

/** May the node's outputs be split into rows, given that some input is? */
type Keeps = (spot: Spot) => boolean;

const axis = ({ node, shape }: Spot, fallback: number): number => {
  const given = intOf(node, 'axis', fallback);
  return given < 0 ? given + shape(0).length : given;
};
const along =
  (fallback: number): Keeps =>
  (spot) =>
    spot.kinds[0] === 'rows' && axis(spot, fallback) !== 0;
const first: Keeps = ({ kinds }) => kinds[0] === 'rows' && kinds.slice(1).every((kind) => kind !== 'rows');
const elementwise: Keeps = ({ kinds, out, beside, shape }) =>
  kinds.every((kind, i) => kind === undefined || (kind === 'rows' ? shape(i).length === out.length : beside(i, out.length)));
const reduced: Keeps = (spot) =>
  spot.kinds[0] === 'rows' && (spot.numbers(1)?.every((at) => (at < 0 ? at + spot.shape(0).length : at) !== 0) ?? false);

const product: Keeps = ({ kinds, shape, out, beside }) => {
  const [a, b] = [shape(0).length, shape(1).length];
  if (kinds[0] === 'rows' && a === out.length && a >= 2)
    return kinds[1] === 'rows' ? a === b && a > 2 : b < a || (a === 2 ? true : beside(1, a));
  return kinds[1] === 'rows' && b === out.length && b > 2 && beside(0, b);
};

const KEEPS: Readonly<Record<string, Keeps>> = {
  ArgMax: along(0),
  AveragePool: first,
  Concat: (spot) =>
    (intOf(spot.node, 'axis', 0) + spot.out.length) % spot.out.length !== 0 &&
    spot.kinds.every((kind, i) => kind === 'rows' || spot.beside(i, spot.out.length)),
  Conv: first,
  ConvTranspose: first,
  CumSum: (spot) => spot.kinds[0] === 'rows' && spot.numbers(1)?.every((at) => (at < 0 ? at + spot.out.length : at) !== 0) === true,
  DepthToSpace: first,
  Expand: ({ kinds, shape, out, rows }) => kinds[0] === 'rows' && shape(0).length === out.length && out[0] === rows,
  Gather: (spot) =>
    spot.kinds[0] === 'rows' ? spot.kinds[1] === 'fixed' && axis(spot, 0) !== 0 : spot.kinds[1] === 'rows' && axis(spot, 0) === 0,
  Gemm: ({ node, kinds, beside }) =>
    kinds[0] === 'rows' &&
    intOf(node, 'transA', 0) === 0 &&
    kinds[1] === 'fixed' &&
    (kinds[2] === undefined || (kinds[2] === 'fixed' && beside(2, 2))),
  LogSoftmax: along(-1),
  MatMul: product,
  MaxPool: first,
  Pad: (spot) => first(spot) && spot.numbers(1)?.[0] === 0 && spot.numbers(1)?.[spot.out.length] === 0,
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceMin: reduced,
  ReduceSum: reduced,
  Reshape: ({ kinds, out, rows }) => kinds[0] === 'rows' && out[0] === rows,
  Resize: ({ kinds, out, rows }) => kinds[0] === 'rows' && out[0] === rows,
  Slice: (spot) => {
    const count = spot.numbers(1)?.length ?? 0;
    const axes = spot.numbers(3) ?? Array.from({ length: count }, (_, i) => i);
    return first(spot) && axes.every((at) => (at < 0 ? at + spot.shape(0).length : at) !== 0);
  },
  Softmax: along(-1),
  Split: along(0),
  Tile: (spot) => spot.kinds[0] === 'rows' && spot.numbers(1)?.[0] === 1,
  TopK: along(-1),
  Transpose: ({ node, kinds }) => kinds[0] === 'rows' && intsOf(node, 'perm')?.[0] === 0,
};

const POINTWISE = new Set(['Mul', 'Max', 'Min', 'Where', 'And', 'Or', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Mod']);

function ruleOf(op: string): Keeps | undefined {
  if (Object.hasOwn(KEEPS, op)) return KEEPS[op];
  const family = isCore(op) ? OPS[op].family : undefined;
  return POINTWISE.has(op) || family === 'unary' || family === 'binary' ? elementwise : undefined;
}

/** Is row i of every output a function of row i of the inputs alone? The inputs' first dimension is `rows`, more than 1. */
export function separatesRows(graph: StaticGraph, rows: number): boolean {
  const kinds = new Map<string, Kind>(graph.inputs.map(({ name }) => [name, 'rows']));
  for (const name of graph.constants.keys()) kinds.set(name, 'fixed');
  for (const node of graph.nodes) {
    const spot = spotOf(graph, node, kinds, rows);
    const depends = spot.kinds.includes('rows');
    if (depends && !ruleOf(node.op)?.(spot)) return false;
    for (const name of node.outputs) kinds.set(name, depends || repeated(spot) ? 'rows' : 'fixed');
  }
  return graph.outputs.every(({ name }) => kinds.get(name) === 'rows');
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
    beside: (index, rank) => {
      const own = shape(index);
      if (own.length < rank || own[0] === 1) return true;
      const tensor = graph.constants.get(nameOf(index));
      return kinds.get(nameOf(index)) === 'fixed' && own[0] === rows && tensor !== undefined && repeats(tensor, rows);
    },
  };
}

/** Is every row of the constant the same? */
function repeats({ type, shape, data }: Tensor, rows: number): boolean {
  const bytes = (sizeOf(shape) / rows) * bytesPer(type);
  return data.every((byte, i) => byte === data[i % bytes]);
}
