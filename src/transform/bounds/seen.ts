/** What the rows of a graph of bounds see of values, each through the windows of its own element (`view.ts`). */
import type { GraphBuilder } from '../../onnx/build.ts';
import { int, type StaticGraph, type Value, type ValueType } from '../../onnx/graph.ts';
import { sizeOf, type Tensor } from '../../onnx/tensor.ts';
import type { View } from './view.ts';

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
  /** @param flat [sets, n] */
  const gathered = (name: string, flat: Value, at: Value): Value => {
    const { table, shape } = view.windows(name);
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
      const { mask, shape } = view.windows(name);
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

function int32s(values: Int32Array, shape: readonly number[]): Tensor {
  return { type: 'int32', shape, data: new Uint8Array(values.buffer) };
}
