/** Inputs for any model: those that stand beside an export, random ones, and extreme ones. */
import type { Port } from '../../src/onnx/graph.ts';
import { isHalf, sizeOf, type Tensor, view, widened } from '../../src/onnx/tensor.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import type { HostTensor, TypedArray } from '../../src/runtime/runtime.ts';
import { expectedOf, exportAt } from './exports.ts';
import { nudgedNumbers } from './sway.ts';

/** Numbers for each input, by name. */
export type Inputs = Readonly<Record<string, HostTensor>>;

const bytesOf = (data: TypedArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The constant with these elements. */
const tensorOf = ({ type, shape, data }: HostTensor): Tensor => ({ type, shape, data: bytesOf(data) });

/** What the core graph takes for an input: half precision in single. */
export function widenedFeeds(feeds: Inputs): Inputs {
  const wide = (tensor: HostTensor): HostTensor =>
    isHalf(tensor.type) ? { ...tensor, type: 'float32', data: view(widened(tensorOf(tensor))) } : tensor;
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, wide(tensor)]));
}

/** The inputs that stand beside an exported model, if it is one and they are only numbers. */
export function keptFeeds(model: string): Inputs | undefined {
  const one = exportAt(model);
  if (!one) return undefined;
  const entries = Object.entries(expectedOf(one).inputs).flatMap(([name, tensor]): [string, HostTensor][] =>
    tensor.type === 'string' ? [] : [[name, tensor]],
  );
  return entries.length === Object.keys(expectedOf(one).inputs).length ? Object.fromEntries(entries) : undefined;
}

const EXTREME = 1e4;

type Draw = (uniform: number) => number;

/** By name, what a float input is filled with, from a uniform number in [0, 1). */
const FILLS: Readonly<Record<string, Draw>> = {
  'uniform in [0, 1]': (u) => u,
  'uniform in [-1, 1]': (u) => 2 * u - 1,
  'all 0': () => 0,
  'all 1': () => 1,
  'all 1e4': () => EXTREME,
  'all -1e4': () => -EXTREME,
  'signs of 1e4': (u) => (u < 0.5 ? -EXTREME : EXTREME),
};

/** Integers of a model without kept inputs: bytes, which no embedding of the fixtures is too small for. */
const INTEGERS = 256;

/** Inputs of these shapes, by name. Integers of kept inputs stay as they are (token ids); half-precision inputs come only from there. */
export function inputsOf(
  ports: readonly Port[],
  shapes: Readonly<Record<string, readonly number[]>>,
  kept: Inputs | undefined,
  integers = INTEGERS,
): [string, Inputs][] {
  const filled = Object.entries(FILLS).map(([name, draw]): [string, Inputs] => [
    name,
    Object.fromEntries(
      ports.map((port) => [
        port.name,
        kept && port.type !== 'float32' ? (kept[port.name] as HostTensor) : fill(port, shapes[port.name] ?? [], draw, integers),
      ]),
    ),
  ]);
  return [...(kept ? [['kept', kept] as [string, Inputs]] : []), ...filled];
}

function fill({ name, type }: Port, shape: readonly number[], draw: Draw, integers: number): HostTensor {
  const rng = keyedRng(0, 'conformance', name);
  const size = sizeOf(shape);
  if (type === 'float32') return { type, shape, data: Float32Array.from({ length: size }, () => draw(rng.uniform())) };
  const value = (): number => Math.abs(Math.floor(draw(rng.uniform()) * integers)) % integers;
  if (type === 'int64') return { type, shape, data: BigInt64Array.from({ length: size }, () => BigInt(value())) };
  if (type === 'int32') return { type, shape, data: Int32Array.from({ length: size }, value) };
  if (type === 'float64') return { type, shape, data: Float64Array.from({ length: size }, () => draw(rng.uniform())) };
  throw new Error(`no inputs of type ${type} are made`);
}

/** The same inputs with each float32 number moved by about a unit in its last place, up or down. */
export function nudged(inputs: Inputs, draw: number): Inputs {
  const moved = (name: string, tensor: HostTensor): HostTensor =>
    tensor.type === 'float32' ? { ...tensor, data: nudgedNumbers(tensor.data as Float32Array, draw, name) } : tensor;
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, moved(name, tensor)]));
}

/** Row `row` of every input. */
export function rowOf(feeds: Inputs, row: number): Inputs {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, shape, data }]) => {
      const size = data.length / (shape[0] as number);
      return [name, { type, shape: [1, ...shape.slice(1)], data: data.slice(row * size, (row + 1) * size) }];
    }),
  );
}

/** As numbers, half precision decoded. */
export function numbersOf(tensor: HostTensor): number[] {
  const { data } = isHalf(tensor.type) ? { data: view(widened(tensorOf(tensor))) } : tensor;
  return Array.from(data as ArrayLike<number | bigint>, Number);
}
