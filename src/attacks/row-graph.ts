/** Small graphs over rows of the input's size for attacks that only question a model: fed with plain arrays and numbers, answered with plain arrays. */
import type { Target } from '../model/target.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import type { HostTensor } from '../runtime/runtime.ts';

/** A number is fed as [1], an array as [rows × size], anything else as it is. */
export type Feed = Float32Array | number | HostTensor;
export type RowGraph<O extends string> = (feeds: Readonly<Record<string, Feed>>) => Promise<Readonly<Record<O, Float32Array>>>;

/** Compiles (once per id) a graph that does not touch the model. */
export async function rowGraph<O extends string>(
  target: Target,
  id: string,
  define: (g: GraphBuilder) => Readonly<Record<O, Value>>,
): Promise<RowGraph<O>> {
  const { size } = target;
  const run = await target.arithmetic(id, define);
  return async (feeds) => {
    const made = await run(Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed, size)])));
    return Object.fromEntries(Object.entries(made).map(([name, { data }]) => [name, data])) as Record<O, Float32Array>;
  };
}

function tensorOf(feed: Feed, size: number): HostTensor {
  if (typeof feed === 'number') return { type: 'float32', shape: [1], data: Float32Array.of(feed) };
  return feed instanceof Float32Array ? { type: 'float32', shape: [feed.length / size, size], data: feed } : feed;
}

export const rowsInput = (g: GraphBuilder, name: string, count: number, { size }: Pick<Target, 'size'>): Value =>
  g.input(name, 'float32', [count, size]);
export const numberInput = (g: GraphBuilder, name: string): Value => g.input(name, 'float32', [1]);
