/** Lowerings of Scatter, ScatterElements and ScatterND with every reduction, at places that are constant or that the data decides. */
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, intOf, type Node, stringOf, type Value } from '../../onnx/graph.ts';
import { int64s, isFloat, sizeOf } from '../../onnx/tensor.ts';
import { addedUp, addedUpAnywhere } from '../../ops/add-up.ts';
import { axisOf, listOf, shapeError } from '../../ops/shapes.ts';
import type { LowerContext, Lowering } from './context.ts';
import { elementPlaces, rowPlaces } from './indexing.ts';

/** data [rows, row], updates [count, row] and their places [count] (numbers, where constants decide them). */
interface Job {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly data: Value;
  readonly updates: Value;
  readonly places: Value;
  readonly fixed: readonly number[] | undefined;
}

export const scatterElements: Lowering = async (context) => {
  const { g, node, input } = context;
  const [x, indices, updates] = [input(0), input(1), input(2)];
  const axis = axisOf(node, intOf(node, 'axis', 0), x.shape.length);
  const places = elementPlaces(g, x.shape, indices, axis);
  return [
    await scattered(context, { data: g.reshape(x, [sizeOf(x.shape), 1]), updates: g.reshape(updates, [sizeOf(indices.shape), 1]), places }),
  ];
};

export const scatterND: Lowering = async (context) => {
  const { g, input } = context;
  const [x, indices, updates] = [input(0), input(1), input(2)];
  const { places, rows, row } = rowPlaces(g, x.shape, indices);
  const size = sizeOf(row);
  return [
    await scattered(context, { data: g.reshape(x, [rows, size]), updates: g.reshape(updates, [places.shape[0] as number, size]), places }),
  ];
};

async function scattered({ g, node, input, known }: LowerContext, rows: Pick<Job, 'data' | 'updates' | 'places'>): Promise<Value> {
  const job: Job = { g, node, ...rows, fixed: await known(rows.places) };
  return g.reshape(reduced(job, stringOf(node, 'reduction', 'none')), input(0).shape);
}

function reduced(job: Job, reduction: string): Value {
  const { g, node, data } = job;
  switch (reduction) {
    case 'none':
      return overwritten(job);
    case 'add':
      return g.add(data, sums(job));
    case 'mul':
      return g.mul(data, product(g, gathered(job, 1)));
    case 'max':
      return g.max(data, g.node('ReduceMax', [gathered(job, lowest(data)), g.ints([1])], { keepdims: int(0) }));
    case 'min':
      return g.min(data, g.node('ReduceMin', [gathered(job, -lowest(data)), g.ints([1])], { keepdims: int(0) }));
    default:
      return shapeError(node, `reduction ${reduction} is not known`);
  }
}

const lowest = ({ type }: Value): number => (isFloat(type) ? Number.NEGATIVE_INFINITY : -(2 ** 31));

/** The last update of a place wins; where constants decide the places, the result is picked from data and updates together. */
function overwritten({ g, data, updates, places, fixed }: Job): Value {
  const [rows, count] = [data.shape[0] as number, updates.shape[0] as number];
  if (!fixed) return g.node('ScatterND', [data, g.reshape(places, [count, 1]), updates]);
  const source = listOf(rows, (i) => i);
  for (const [i, place] of fixed.entries()) source[place] = rows + i;
  return g.node('Gather', [g.concat([data, updates], 0), g.ints(source)], { axis: int(0) });
}

/** The sum of the updates of each place: [rows, row]. */
function sums({ g, data, updates, places, fixed }: Job): Value {
  const [rows, size] = data.shape as [number, number];
  const pieces = g.reshape(updates, [1, updates.shape[0] as number, size]);
  return g.reshape(fixed ? addedUp(g, pieces, fixed, rows) : addedUpAnywhere(g, pieces, places, rows), [rows, size]);
}

/** Every place with all of its updates, and `fill` where it has none: [rows, most, row]. */
function gathered({ g, data, updates, places, fixed }: Job, fill: number): Value {
  const [rows, count] = [data.shape[0] as number, updates.shape[0] as number];
  const neutral = isFloat(data.type) ? g.scalar(fill, data) : g.cast(g.scalar(fill, { type: 'int64' }), data.type);
  if (!fixed) {
    const hits = g.equal(
      g.constant(
        int64s(
          listOf(rows, (i) => i),
          [rows, 1],
        ),
      ),
      g.reshape(places, [1, count]),
    );
    return g.where(g.reshape(hits, [rows, count, 1]), g.reshape(updates, [1, ...updates.shape]), neutral);
  }
  const own: number[][] = listOf(rows, () => []);
  for (const [i, place] of fixed.entries()) own[place]?.push(i);
  const most = Math.max(1, ...own.map((list) => list.length));
  const table = own.flatMap((list) => [...list, ...Array<number>(most - list.length).fill(count)]);
  const given = g.concat([updates, g.expand(g.reshape(neutral, [1, 1]), [1, updates.shape[1] as number])], 0);
  return g.node('Gather', [given, g.constant(int64s(table, [rows, most]))], { axis: int(0) });
}

/** The product along axis 1, by halves. */
function product(g: GraphBuilder, x: Value): Value {
  const count = x.shape[1] as number;
  if (count === 1) return g.reshape(x, [x.shape[0] as number, x.shape[2] as number]);
  const half = Math.floor(count / 2);
  const pairs = g.mul(g.slice(x, 1, 0, half), g.slice(x, 1, half, 2 * half));
  return product(g, count % 2 === 0 ? pairs : g.concat([pairs, g.slice(x, 1, count - 1, count)], 1));
}
