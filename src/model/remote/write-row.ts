/** Rows as the JSON of a request: what a deployment would send for them. */
import { textOf } from '../../base/code-points.ts';
import { normalise } from '../encoding.ts';
import { cellOf, type EncodedColumn, type PortsEncoding } from '../ports-encoding.ts';
import type { Preprocessing } from '../preprocessing.ts';
import type { WrittenRow } from './template.ts';

/** Nine digits tell any two float32 apart, and come back as the same one. */
const DIGITS = 9;

/** How rows of this form are written. */
export function rowWriter(p: Preprocessing): (row: Float32Array) => WrittenRow {
  if (p.encoding?.kind === 'text') return (row) => ({ json: JSON.stringify(textOf(row)) });
  const { encoding } = p;
  if (encoding?.kind === 'ports') return (row) => tableRow(row, encoding);
  return (row) => {
    const values = Float32Array.from(row);
    normalise(values, p);
    return { json: nested(values, p.shape) };
  };
}

function tableRow(row: Float32Array, { columns }: PortsEncoding): WrittenRow {
  const cells = Array.from(row, (element, i) => JSON.stringify(cellOf(element, columns[i] as EncodedColumn)));
  return { json: `[${cells.join(',')}]`, cells };
}

/** Numbers in the brackets of their shape; one number without any where the shape is []. */
function nested(values: Float32Array, shape: readonly number[]): string {
  let at = 0;
  const level = (depth: number): string => {
    if (depth === shape.length) return String(Number((values[at++] as number).toPrecision(DIGITS)));
    return `[${Array.from({ length: shape[depth] as number }, () => level(depth + 1)).join(',')}]`;
  };
  return level(0);
}
