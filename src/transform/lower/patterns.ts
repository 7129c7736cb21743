/** Lowerings of operators that lay a fixed pattern over positions: triangles, diagonals, one-hot codes. */
import { intOf, type Node, type Value } from '../../onnx/graph.ts';
import { bools, elementTypeOf, floats, isHalf } from '../../onnx/tensor.ts';
import { shapeError } from '../../ops/shapes.ts';
import type { Lowering } from './context.ts';

/** What `pick` says of every place of a matrix. */
const places = <T>(rows: number, columns: number, pick: (distance: number) => T): T[] =>
  Array.from({ length: rows * columns }, (_, i) => pick((i % columns) - Math.floor(i / columns)));

function matrixOf(node: Node, x: Value): [number, number] {
  const [rows, columns] = x.shape.slice(-2);
  return rows === undefined || columns === undefined ? shapeError(node, `[${x.shape}] is no matrix`) : [rows, columns];
}

/** Trilu: the upper or lower triangle of matrices, zeros elsewhere. */
export const trilu: Lowering = async ({ g, node, input, numbers }) => {
  const x = input(0);
  const k = (await numbers(1))?.[0] ?? 0;
  const upper = intOf(node, 'upper', 1) === 1;
  const [rows, columns] = matrixOf(node, x);
  const kept = bools(
    places(rows, columns, (distance) => (upper ? distance >= k : distance <= k)),
    [rows, columns],
  );
  return [x.type === 'bool' ? g.and(g.constant(kept), x) : g.where(g.constant(kept), x, g.scalar(0, x))];
};

/** EyeLike: ones on the k-th diagonal of a matrix of the input's shape. */
export const eyeLike: Lowering = ({ g, node, input }) => {
  const [rows, columns] = matrixOf(node, input(0));
  const k = intOf(node, 'k', 0);
  const type = node.attributes.dtype ? elementTypeOf(intOf(node, 'dtype', 1)) : input(0).type;
  const ones = floats(
    places(rows, columns, (distance) => Number(distance === k)),
    [rows, columns],
  );
  return [g.cast(g.constant(ones), isHalf(type) ? 'float32' : type)];
};

/** OneHot: the on value where a new axis' position is the index (negative ones count from the end), the off value elsewhere. */
export const oneHot: Lowering = async ({ g, node, input, numbers }) => {
  const [indices, values] = [g.cast(input(0), 'int64'), input(2)];
  const depth = (await numbers(1))?.[0] ?? 0;
  const rank = indices.shape.length + 1;
  const axis = intOf(node, 'axis', -1);
  const at = axis < 0 ? axis + rank : axis;
  const zero = g.scalar(0, indices);
  const positive = g.where(g.less(indices, zero), g.add(indices, g.scalar(depth, indices)), indices);
  const spaced = g.reshape(positive, [...indices.shape.slice(0, at), 1, ...indices.shape.slice(at)]);
  const hit = g.equal(
    spaced,
    g.reshape(g.ints(Array.from({ length: depth }, (_, i) => i)), [depth, ...Array<number>(rank - 1 - at).fill(1)]),
  );
  const value = (i: number): Value => g.reshape(g.slice(values, 0, i, i + 1), []);
  return [g.where(hit, value(1), value(0))];
};
