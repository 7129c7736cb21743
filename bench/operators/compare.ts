/** How far the outputs of a lowered model are from others. */
import { isFloat, isHalf, type Tensor, view, widened } from '../../src/onnx/tensor.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** The suite's own, for a backend beside the reference. */
export const SUITE: Tolerance = { relative: 1e-3, absolute: 1e-7 };
/** Two float32 computations of one operator: sums in another order over at most a few hundred terms of 6e-8 each. */
const FLOAT32: Tolerance = { relative: 1e-5, absolute: 1e-7 };
/** Half precision rounds to 2⁻¹¹ (float16) or 2⁻⁸ (bfloat16), and the lowered graph computes in single: a few roundings of the original remain. */
const HALF: Tolerance = { relative: 4 * 2 ** -11, absolute: 2 ** -14 };
const BFLOAT: Tolerance = { relative: 4 * 2 ** -8, absolute: 2 ** -14 };

export function toleranceFor(types: readonly string[]): Tolerance {
  if (types.includes('bfloat16')) return BFLOAT;
  return types.includes('float16') ? HALF : FLOAT32;
}

/** A host tensor as a constant, and back. */
export function tensorFrom({ type, shape, data }: HostTensor): Tensor {
  return { type, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

export function hostOf(tensor: Tensor): HostTensor {
  return { type: tensor.type, shape: tensor.shape, data: view(tensor) };
}

/** What differs between two outputs, in words; undefined where they agree: floats to the tolerance relative to the largest one, all else exactly. */
export function difference(ours: Tensor, theirs: Tensor, { relative, absolute }: Tolerance): string | undefined {
  const [mine, other] = [widened(ours), widened(theirs)];
  if (mine.shape.join() !== other.shape.join()) return `shape [${mine.shape}] instead of [${other.shape}]`;
  if (mine.type !== other.type && !(isHalf(theirs.type) && mine.type === 'float32')) return `type ${mine.type} instead of ${other.type}`;
  const [a, b] = [view(mine), view(other)].map((values) => Array.from(values as ArrayLike<number | bigint>));
  const scale = isFloat(other.type)
    ? (b as number[]).reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0)
    : 0;
  const slack = isFloat(other.type) ? absolute + relative * scale : 0;
  for (const [i, value] of (b ?? []).entries()) {
    const own = (a as (number | bigint)[])[i] as number | bigint;
    const same =
      own === value || (Number.isNaN(own as number) === Number.isNaN(value as number) && Math.abs(Number(own) - Number(value)) <= slack);
    if (!same && !(Number.isNaN(own as number) && Number.isNaN(value as number)))
      return `[${i}] is ${own} instead of ${value} (largest ${scale})`;
  }
  return undefined;
}
