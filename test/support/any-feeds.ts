/** Feeds for any model: rows of the inputs that stand beside an export, and random ones around them or in the usual ranges. */
import type { Graph, Port } from '../../src/onnx/graph.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { keyedRng, type Rng } from '../../src/rng/rng.ts';
import type { Feeds, HostTensor, StringTensor } from '../../src/runtime/runtime.ts';
import { expectedOf, exportAt } from './exports.ts';

const ROWS = 16;
const OPEN = 8;
const TOKENS = 200;

type Tensor = HostTensor | StringTensor;

/** Rows of the kept inputs, where an export has some. */
export function keptRows(path: string): Feeds[] {
  const one = exportAt(path);
  if (!one) return [];
  const entries = Object.entries(expectedOf(one).inputs);
  const count = entries[0]?.[1].shape[0] ?? 0;
  return Array.from({ length: count }, (_, i) => Object.fromEntries(entries.map(([name, tensor]) => [name, rowOf(tensor, i)])));
}

function rowOf(tensor: Tensor, i: number): Tensor {
  const width = sizeOf(tensor.shape.slice(1));
  return { ...tensor, shape: [1, ...tensor.shape.slice(1)], data: tensor.data.slice(i * width, (i + 1) * width) } as Tensor;
}

export function randomFeeds({ inputs }: Graph, kept: readonly Feeds[]): Feeds[] {
  return Array.from({ length: ROWS }, (_, i) => {
    const rng = keyedRng(0, 'supply-chain', i);
    return Object.fromEntries(
      inputs.map((port) => [
        port.name,
        filled(
          port,
          kept.map((feeds) => feeds[port.name] as Tensor),
          { rng, scale: i / ROWS },
        ),
      ]),
    );
  });
}

/** Numbers around the kept ones, elements of several kept rows, or numbers in [0, 1] and [-1, 1]. */
function filled({ type, shape }: Port, kept: readonly Tensor[], { rng, scale }: { rng: Rng; scale: number }): Tensor {
  const dims = kept[0]?.shape ?? (shape ?? []).map((dim, i) => (typeof dim === 'number' ? dim : i === 0 ? 1 : OPEN));
  const size = sizeOf(dims);
  const mixed = (k: number): unknown => kept[rng.int(kept.length)]?.data[k];
  if (type === 'float32') {
    const draw = (k: number): number =>
      kept.length > 0 ? Number(mixed(k)) + scale * (rng.uniform() - 0.5) : (2 * rng.uniform() - 1) * scale + scale;
    return { type, shape: dims, data: Float32Array.from({ length: size }, (_, k) => draw(k)) };
  }
  const any = (k: number): unknown => (kept.length > 0 ? mixed(k) : type === 'string' ? `word ${rng.int(TOKENS)}` : rng.int(TOKENS));
  const values = Array.from({ length: size }, (_, k) => any(k));
  if (type === 'string') return { type, shape: dims, data: values.map(String) };
  if (type === 'float16') return { type, shape: dims, data: Uint16Array.from(values, Number) };
  if (type === 'int64') return { type, shape: dims, data: BigInt64Array.from(values, (value) => BigInt(value as number)) };
  if (type === 'int32') return { type, shape: dims, data: Int32Array.from(values, Number) };
  return { type, shape: dims, data: type === 'float64' ? Float64Array.from(values, Number) : Uint8Array.from(values, Number) };
}
