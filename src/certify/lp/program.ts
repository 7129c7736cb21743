/**
 * The linear program of a network of affine pieces and rectifiers over a box: each unstable rectifier as a triangle (Ehlers 2017, arXiv:1705.01320), or
 * exactly, with one binary variable (Tjeng, Xiao and Tedrake, ICLR 2019, arXiv:1711.07356).
 */
import type { ModelData } from 'highs';
import type { AffinePiece, Intervals, PiecewiseLinear } from './affine-pieces.ts';

/** The columns of the program: the input's values, the rectifiers' outputs, then binaries. */
export interface Program {
  readonly data: Omit<ModelData, 'colCost'>;
  readonly columns: number;
  /** One for each unstable rectifier of an exact program; without any it is a linear program. */
  readonly binaries: number;
}

/** Rows of the program, compressed. */
class Rows {
  readonly starts = [0];
  readonly indices: number[] = [];
  readonly values: number[] = [];
  readonly lower: number[] = [];
  readonly upper: number[] = [];

  /** lower ≤ scale·(z without its offset) + Σ terms ≤ upper */
  add(
    { piece, row }: Unit,
    scale: number,
    terms: readonly (readonly [column: number, weight: number])[],
    lower: number,
    upper: number,
  ): void {
    const from = row * piece.columns;
    for (let i = 0; i < piece.columns; i++) {
      const weight = piece.matrix[from + i] as number;
      if (weight === 0 || scale === 0) continue;
      this.indices.push(i);
      this.values.push(scale * weight);
    }
    for (const [column, weight] of terms) {
      this.indices.push(column);
      this.values.push(weight);
    }
    this.starts.push(this.indices.length);
    this.lower.push(lower);
    this.upper.push(upper);
  }
}

/**
 * @param bounds of the inputs of each rectifier of `network` that the program is about: the first ones, or all
 * @param isExact with binaries; otherwise the triangle relaxation
 */
export function programOf(
  { inputs, rectifiers }: PiecewiseLinear,
  box: Intervals,
  bounds: readonly Intervals[],
  isExact: boolean,
): Program {
  const rows = new Rows();
  const [lower, upper] = [[...box.lower], [...box.upper]];
  const continuous = inputs + bounds.reduce((sum, one) => sum + one.lower.length, 0);
  let columns = continuous;
  for (const [k, { lower: lows, upper: highs }] of bounds.entries()) {
    for (const [i, low] of lows.entries()) {
      const unit: Unit = { piece: rectifiers[k] as AffinePiece, row: i, column: lower.length, low, high: highs[i] as number };
      lower.push(Math.max(0, low));
      upper.push(Math.max(0, unit.high));
      if (unit.high <= 0) continue;
      if (low >= 0) active(rows, unit);
      else if (isExact) either(rows, unit, columns++);
      else triangle(rows, unit);
    }
  }
  return { columns, binaries: columns - continuous, data: dataOf(rows, lower, upper, columns) };
}

/** One rectifier: its column a ≥ 0, and the row of the piece that gives its input z in [low, high]. */
interface Unit {
  readonly piece: AffinePiece;
  readonly row: number;
  readonly column: number;
  readonly low: number;
  readonly high: number;
}

const ENDLESS = Number.POSITIVE_INFINITY;
const offsetOf = ({ piece, row }: Unit): number => piece.offset[row] as number;

/** a = z */
function active(rows: Rows, unit: Unit): void {
  rows.add(unit, -1, [[unit.column, 1]], offsetOf(unit), offsetOf(unit));
}

/** z ≤ a ≤ high·(z − low)/(high − low) */
function triangle(rows: Rows, unit: Unit): void {
  const slope = unit.high / (unit.high - unit.low);
  rows.add(unit, -1, [[unit.column, 1]], offsetOf(unit), ENDLESS);
  rows.add(unit, -slope, [[unit.column, 1]], -ENDLESS, slope * (offsetOf(unit) - unit.low));
}

/** z ≤ a ≤ z − low·(1 − d) and a ≤ high·d, where d is 0 or 1 */
function either(rows: Rows, unit: Unit, d: number): void {
  const { column, low, high } = unit;
  rows.add(unit, -1, [[column, 1]], offsetOf(unit), ENDLESS);
  rows.add(
    unit,
    -1,
    [
      [column, 1],
      [d, -low],
    ],
    -ENDLESS,
    offsetOf(unit) - low,
  );
  rows.add(
    unit,
    0,
    [
      [column, 1],
      [d, -high],
    ],
    -ENDLESS,
    0,
  );
}

function dataOf(rows: Rows, lower: number[], upper: number[], columns: number): Program['data'] {
  const binaries = columns - lower.length;
  return {
    numCols: columns,
    numRows: rows.lower.length,
    colLower: [...lower, ...Array<number>(binaries).fill(0)],
    colUpper: [...upper, ...Array<number>(binaries).fill(1)],
    rowLower: rows.lower,
    rowUpper: rows.upper,
    matrix: {
      format: 'csr',
      numRows: rows.lower.length,
      numCols: columns,
      starts: rows.starts,
      indices: rows.indices,
      values: rows.values,
    },
    ...(binaries > 0 && { integrality: Int32Array.from({ length: columns }, (_, i) => (i < lower.length ? 0 : 1)) }),
  };
}
