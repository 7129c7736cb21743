/** One-hot groups are found as the definition has them, in time that grows with the table and no faster. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../data/table.ts';
import { oneHotGroups } from './table-encoding.ts';

type Given = Parameters<typeof oneHotGroups>[0];

function table(columns: readonly (readonly number[])[]): Given {
  const described = columns.map((values, i): Column => {
    const whole = values.every(Number.isInteger);
    return { name: String(i), categories: undefined, low: Math.min(...values), high: Math.max(...values), mean: 0, deviation: 1, whole };
  });
  return { columns: described, length: columns[0]?.length ?? 0, values: (at) => Float64Array.from(columns[at] as number[]) };
}

/** From each column on, the shortest run of columns of 0 and 1, both of which occur, that sums to 1 in every row. */
function byDefinition(columns: readonly (readonly number[])[]): number[][] {
  const isBinary = (values: readonly number[]): boolean => values.every((v) => v === 0 || v === 1) && new Set(values).size === 2;
  const groups: number[][] = [];
  for (let from = 0; from < columns.length; from++) {
    for (let to = from + 1; to < columns.length; to++) {
      const run = columns.slice(from, to + 1);
      if (!run.every(isBinary) || !run[0]?.every((_, row) => run.reduce((sum, values) => sum + (values[row] as number), 0) === 1)) continue;
      groups.push(run.map((_, i) => from + i));
      from = to;
      break;
    }
  }
  return groups;
}

/** A few one-hot blocks with other columns between them, so that groups occur. */
const block = (rows: number): fc.Arbitrary<number[][]> =>
  fc.oneof(
    fc
      .tuple(fc.integer({ min: 2, max: 3 }), fc.array(fc.nat(2), { minLength: rows, maxLength: rows }))
      .map(([width, picks]) => Array.from({ length: width }, (_, i) => picks.map((pick) => Number(pick % width === i)))),
    fc.array(fc.nat(1), { minLength: rows, maxLength: rows }).map((values) => [values]),
    fc.array(fc.nat(2), { minLength: rows, maxLength: rows }).map((values) => [values]),
  );

describe('oneHotGroups', () => {
  it('finds what the definition says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }).chain((rows) => fc.array(block(rows), { minLength: 1, maxLength: 5 })),
        (blocks) => {
          const columns = blocks.flat();
          expect(oneHotGroups(table(columns))).toEqual(byDefinition(columns));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads every column of a wide table of rare ones a few times only', () => {
    // The last row is all zeros: no group ever comes to an end.
    const columns = Array.from({ length: 100 }, (_, i) => Array.from({ length: 101 }, (_, row) => Number(row === i)));
    let reads = 0;
    const counted = table(columns);
    const values: Given['values'] = (at) => {
      reads++;
      return counted.values(at);
    };
    expect(oneHotGroups({ ...counted, values })).toEqual([]);
    expect(reads).toBeLessThanOrEqual(200);
  });
});
