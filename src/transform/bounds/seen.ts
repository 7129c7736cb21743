/** What the rows of a graph of bounds see of values, each through the windows of its own element (`view.ts`). */
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, type StaticGraph, type Value, type ValueType } from '../../onnx/graph.ts';
import { floats, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import type { Place, View } from './view.ts';

export interface Seen {
  /** 1 at each row's channel: [S, B, C, 1, …]. */
  readonly channel: Value;
  /** Windows [S, B, C, …size] of a value [B, C, …]; zeros outside. */
  of(name: string, value: Value): Value;
  /** The same of what all rows of the batch share, [n, 1]. */
  ofShared(name: string, value: Value): Value;
  /** Coefficients of a value's window without those of places outside. */
  inside(name: string, coefficients: Value): Value;
}

/**
 * @param whole the network that the view is of
 * @param index [S, B]: which element of the view's value each row is about
 */
export function seenBy(g: GraphBuilder, whole: StaticGraph, view: View, index: Value): Seen {
  const [rows, batch] = index.shape as [number, number];
  const count = sizeOf(view.positions);
  const { channel, position, ofSet } = located(g, view, index);
  const known = new Map<string, Windows>();
  const windowsOf = (name: string): Windows => {
    const made = known.get(name) ?? windows(whole, view, name);
    known.set(name, made);
    return made;
  };
  /** @param flat [sets, n] */
  const gathered = (name: string, flat: Value, at: Value): Value => {
    const { table, shape } = windowsOf(name);
    const sets = flat.shape[0] as number;
    const ended = g.concat([flat, g.zeros([sets, 1], flat.type)], 1);
    const lines = g.reshape(g.node('Gather', [ended, g.constant(table)], { axis: int(1) }), [sets * count, sizeOf(shape)]);
    return g.reshape(g.node('Gather', [lines, at]), [rows, batch, ...shape]);
  };
  return {
    channel,
    of: (name, value) => {
      const { shape } = whole.types.get(name) as ValueType;
      return gathered(name, g.reshape(g.expand(value, shape), [batch, sizeOf(shape) / batch]), ofSet);
    },
    ofShared: (name, value) => gathered(name, g.reshape(value, [1, sizeOf(value.shape)]), position),
    inside: (name, coefficients) => {
      const { mask, shape } = windowsOf(name);
      if (!mask) return coefficients;
      return g.mul(coefficients, g.reshape(g.node('Gather', [g.constant(mask), position]), [rows, batch, 1, ...shape.slice(1)]));
    },
  };
}

interface Located {
  readonly channel: Value;
  /** Which position a row's element is at, and the same counted through all sets of the batch: [S, B]. */
  readonly position: Value;
  readonly ofSet: Value;
}

function located(g: GraphBuilder, { channels, positions }: View, index: Value): Located {
  const [rows, batch] = index.shape as [number, number];
  const counted = (length: number, step: number): Value =>
    g.constant(
      int32s(
        Int32Array.from({ length }, (_, i) => i * step),
        [length],
      ),
    );
  const element = g.cast(index, 'int32');
  const count = g.constant(int32s(Int32Array.of(sizeOf(positions)), []));
  const channel = g.div(element, count);
  const position = g.sub(element, g.mul(channel, count));
  const hit = g.cast(g.equal(g.reshape(channel, [rows, batch, 1]), counted(channels, 1)), 'float32');
  return {
    channel: g.reshape(hit, [rows, batch, channels, ...positions.map(() => 1)]),
    position,
    ofSet: batch === 1 ? position : g.add(position, counted(batch, sizeOf(positions))),
  };
}

/** The windows of one value, at each position of the view's. */
export interface Windows {
  /** How many. */
  readonly positions: number;
  /** Of one row's window. */
  readonly shape: readonly number[];
  /** int32, for each position, channel and place of the window: the flat index within a row of the value, or the row's length where it lies outside. */
  readonly table: Tensor;
  /** [positions, …size]: 0 outside; undefined where nothing lies outside. */
  readonly mask: Tensor | undefined;
}

export function windows(whole: StaticGraph, { places, positions }: View, name: string): Windows {
  const [, channels, ...spatial] = (whole.types.get(name) as ValueType).shape;
  const place = places.get(name) as Place;
  const [count, plane] = [channels as number, sizeOf(spatial)];
  const patches = spatial.reduce<number[][]>(
    (found, dim, i) => found.flatMap((patch) => along(place, i, positions[i] as number).map((axis) => crossed(patch, axis, dim))),
    [[0]],
  );
  const size = sizeOf(place.size);
  const table = new Int32Array(patches.length * count * size);
  for (const [p, patch] of patches.entries()) {
    for (let c = 0; c < count; c++) {
      for (const [k, at] of patch.entries()) table[(p * count + c) * size + k] = at < 0 ? count * plane : c * plane + at;
    }
  }
  const isInside = patches.flat().map((at) => (at < 0 ? 0 : 1));
  return {
    positions: patches.length,
    shape: [count, ...place.size],
    table: int32s(table, [table.length]),
    mask: isInside.includes(0) ? floats(isInside, [patches.length, ...place.size]) : undefined,
  };
}

/** For each position along an axis, the places that it sees there. */
function along({ start, step, size }: Place, axis: number, positions: number): number[][] {
  return Array.from({ length: positions }, (_, at) =>
    Array.from({ length: size[axis] as number }, (__, k) => (start[axis] as number) + (step[axis] as number) * at + k),
  );
}

/** Flat indices of a window that is longer by an axis of `dim` places; negative outside. */
function crossed(patch: readonly number[], axis: readonly number[], dim: number): number[] {
  return patch.flatMap((at) => axis.map((where) => (at < 0 || where < 0 || where >= dim ? -1 : at * dim + where)));
}

function int32s(values: Int32Array, shape: readonly number[]): Tensor {
  return { type: 'int32', shape, data: new Uint8Array(values.buffer) };
}
