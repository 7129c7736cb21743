/** Lowerings of GatherElements, GatherND, ReverseSequence, Compress and NonZero: picking rows of a table by (computed or constant) row numbers. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intOf, type Value } from '../../onnx/graph.ts';
import { int64s, sizeOf } from '../../onnx/tensor.ts';
import { axisOf, listOf, shapeError } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';
import { refuseRagged } from './refuse.ts';

/** Steps between neighbours along each axis of a row-major tensor. */
const stridesOf = (shape: readonly number[]): number[] => shape.map((_, i) => sizeOf(shape.slice(i + 1)));

/** Indices as int64 from 0; `dims` is what negative ones count back from, and broadcasts. */
function fromFront(g: GraphBuilder, indices: Value, dims: Value): Value {
  const wide = g.cast(indices, 'int64');
  return g.where(g.less(wide, g.scalar(0, wide)), g.add(wide, dims), wide);
}

/** Places in flattened data [data.shape] that GatherElements and ScatterElements mean: int64 [size of indices]. */
export function elementPlaces(g: GraphBuilder, data: readonly number[], indices: Value, axis: number): Value {
  const strides = stridesOf(data);
  const { shape } = indices;
  const base = listOf(sizeOf(shape), (flat) =>
    stridesOf(shape).reduce((sum, step, i) => {
      const at = Math.floor(flat / step) % (shape[i] as number);
      return i === axis ? sum : sum + at * (strides[i] as number);
    }, 0),
  );
  const along = g.mul(
    fromFront(g, indices, g.scalar(data[axis] as number, { type: 'int64' })),
    g.scalar(strides[axis] as number, { type: 'int64' }),
  );
  return g.add(g.reshape(along, [base.length]), g.constant(int64s(base)));
}

/** Rows of data, seen as [rows, row size], that GatherND and ScatterND mean; `batch` leading dimensions are shared with the indices. */
export function rowPlaces(
  g: GraphBuilder,
  data: readonly number[],
  indices: Value,
  batch = 0,
): { places: Value; rows: number; row: readonly number[] } {
  const depth = indices.shape.at(-1) as number;
  const lead = data.slice(0, batch + depth);
  const strides = stridesOf(lead).slice(batch);
  const positive = fromFront(g, indices, g.ints(lead.slice(batch)));
  const within = g.sum(g.mul(positive, g.ints(strides)), [indices.shape.length - 1]);
  const count = sizeOf(within.shape);
  const block = sizeOf(lead.slice(batch));
  const each = count / sizeOf(lead.slice(0, batch));
  const base = listOf(count, (i) => Math.floor(i / each) * block);
  const flat = g.reshape(within, [count]);
  return { places: batch === 0 ? flat : g.add(flat, g.constant(int64s(base))), rows: sizeOf(lead), row: data.slice(batch + depth) };
}

/** Rows of x, in the shape that is wanted. */
const picked = (g: GraphBuilder, x: Value, places: Value, shape: readonly number[]): Value =>
  g.reshape(g.node('Gather', [x, places], { axis: int(0) }), shape);

export const gatherElements: Lowering = ({ g, node, input }) => {
  const [x, indices] = [input(0), input(1)];
  const axis = axisOf(node, intOf(node, 'axis', 0), x.shape.length);
  return [picked(g, g.reshape(x, [sizeOf(x.shape)]), elementPlaces(g, x.shape, indices, axis), indices.shape)];
};

export const gatherND: Lowering = ({ g, node, input }) => {
  const [x, indices] = [input(0), input(1)];
  const { places, rows, row } = rowPlaces(g, x.shape, indices, intOf(node, 'batch_dims', 0));
  return [picked(g, g.reshape(x, [rows, sizeOf(row)]), places, [...indices.shape.slice(0, -1), ...row])];
};

/** The first `lens` steps of each row in reverse order, the others as they are. */
export const reverseSequence: Lowering = ({ g, node, input }) => {
  const x = input(0);
  const [time, batch] = [intOf(node, 'time_axis', 0), intOf(node, 'batch_axis', 1)];
  if (time + batch !== 1) shapeError(node, 'time and batch must be the first two axes');
  const order = time === 0 ? x : g.transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
  const [steps, rows, ...rest] = order.shape as [number, number, ...number[]];
  const step = g.constant(
    int64s(
      listOf(steps, (i) => i),
      [steps, 1],
    ),
  );
  const lens = g.reshape(g.cast(input(1), 'int64'), [1, rows]);
  const turned = g.sub(g.sub(lens, g.scalar(1, lens)), step);
  const source = g.where(g.less(step, lens), turned, step);
  const places = g.add(
    g.mul(source, g.scalar(rows, source)),
    g.constant(
      int64s(
        listOf(rows, (i) => i),
        [1, rows],
      ),
    ),
  );
  const made = picked(g, g.reshape(order, [steps * rows, sizeOf(rest)]), g.reshape(places, [steps * rows]), order.shape);
  return [time === 0 ? made : g.transpose(made, [1, 0, ...rest.map((_, i) => i + 2)])];
};

/** Compress by a constant condition; by one that the data decides, its shape is not known. */
export const compress: Lowering = async ({ g, node, input, known }) => {
  const condition = (await known(input(1))) ?? refuseRagged(node);
  const kept = g.ints(condition.flatMap((value, i) => (value ? [i] : [])));
  const axis = node.attributes.axis ? axisOf(node, intOf(node, 'axis', 0), input(0).shape.length) : undefined;
  if (axis === undefined) return [g.node('Gather', [g.reshape(input(0), [sizeOf(input(0).shape)]), kept], { axis: int(0) })];
  return [g.node('Gather', [input(0), kept], { axis: int(axis) })];
};

/** The coordinates of what is not zero, of a constant. */
export const nonZero: Lowering = async ({ g, node, input, known }: LowerContext) => {
  const x = input(0);
  const values = (await known(x)) ?? refuseRagged(node);
  const found = values.flatMap((value, i) => (value === 0 ? [] : [i]));
  const rows = stridesOf(x.shape).flatMap((step, axis) => found.map((flat) => Math.floor(flat / step) % (x.shape[axis] as number)));
  return [g.constant(int64s(rows, [x.shape.length, found.length]))];
};
