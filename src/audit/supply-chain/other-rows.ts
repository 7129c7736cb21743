/** Inputs that no data set holds, in the form of rows: noise, and rows put together from several. What never varies on these either was not varied by chance. */
import { codePointsOf, padded, textOf } from '../../base/code-points.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { keyedRng, type Rng } from '../../rng/rng.ts';

export function otherRows(rows: readonly Float32Array[], p: Preprocessing, count: number, seed: number): Float32Array[] {
  if (rows.length === 0) return [];
  const range = rangeIn(rows);
  return Array.from({ length: count }, (_, i) => {
    const rng = keyedRng(seed, 'model-file', i);
    const pick = (): Float32Array => rows[rng.int(rows.length)] as Float32Array;
    if (p.modality === 'text') return spliced(pick(), pick(), rng);
    // Categories and whole numbers of a table stay what they are.
    return i % 2 === 0 || p.modality === 'table' ? mixed(rows, rng) : noise(pick().length, range, rng);
  });
}

function rangeIn(rows: readonly Float32Array[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) for (const value of row) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

function noise(size: number, [low, high]: readonly [number, number], rng: Rng): Float32Array {
  const row = new Float32Array(size);
  rng.fillUniform(row, low, high);
  return row;
}

/** Each element from some row. */
const mixed = (rows: readonly Float32Array[], rng: Rng): Float32Array =>
  Float32Array.from(rows[0] as Float32Array, (_, k) => (rows[rng.int(rows.length)] as Float32Array)[k] as number);

/** The first words of one text and the last of another. */
function spliced(a: Float32Array, b: Float32Array, rng: Rng): Float32Array {
  const [first, second] = [textOf(a).split(' '), textOf(b).split(' ')];
  const text = [...first.slice(0, rng.int(first.length) + 1), ...second.slice(rng.int(second.length))].join(' ');
  const points = codePointsOf(text);
  return padded(points.subarray(0, a.length), a.length);
}
