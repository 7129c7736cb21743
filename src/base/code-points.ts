/** Texts as rows of numbers: Unicode code points, padded with zeros, which no text contains. */

/** The code points of a text; NUL, which stands for the end of a row, is dropped. */
export function codePointsOf(text: string): Float32Array {
  return Float32Array.from(Array.from(text, (character) => character.codePointAt(0) as number).filter((point) => point !== 0));
}

/** How many code points a padded row holds. */
export function lengthOf(row: Float32Array): number {
  const end = row.indexOf(0);
  return end === -1 ? row.length : end;
}

/** The text of a padded row. */
export function textOf(row: Float32Array): string {
  return Array.from(row.subarray(0, lengthOf(row)), (point) => String.fromCodePoint(point)).join('');
}

/** Code points in a row of `length`; what does not fit is cut. */
export function padded(points: Float32Array, length: number): Float32Array {
  const row = new Float32Array(length);
  row.set(points.subarray(0, length));
  return row;
}
