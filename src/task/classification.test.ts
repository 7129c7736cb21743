/** The cross-entropy against float64 arithmetic, in value and in the direction of its gradient, where softmax saturates too. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { gradient } from '../transform/gradient.ts';
import { crossEntropy, margin } from './classification.ts';

type Rows = readonly (readonly number[])[];

async function run(rows: Rows, labels: readonly number[], loss: typeof crossEntropy): Promise<{ value: number[]; slope: number[][] }> {
  const [batch, classes] = [rows.length, rows[0]?.length as number];
  const g = newGraph();
  const z = g.input('z', 'float32', [batch, classes]);
  const value = loss(g, z, g.input('labels', 'int64', [batch]));
  const slope = gradient(g, [{ value, cotangent: g.expand(g.scalar(1), [batch]) }], [z])[0] ?? g.zeros(z.shape);
  const session = await ortNode.load(g.finish({ value, slope }));
  const made = await session.run({
    z: { type: 'float32', shape: [batch, classes], data: Float32Array.from(rows.flat()) },
    labels: { type: 'int64', shape: [batch], data: BigInt64Array.from(labels, BigInt) },
  });
  await session.release();
  const flat = Array.from(made.slope?.data as Float32Array);
  return { value: Array.from(made.value?.data as Float32Array), slope: rows.map((_, i) => flat.slice(i * classes, (i + 1) * classes)) };
}

/** [loss, gradient] in float64, the label's own part as minus the sum of the others. */
function exact(row: readonly number[], label: number): { value: number; slope: number[] } {
  const top = Math.max(...row);
  const sum = row.reduce((total, v) => total + Math.exp(v - top), 0);
  const p = row.map((v) => Math.exp(v - top) / sum);
  const wrong = p.reduce((total, v, j) => total + (j === label ? 0 : v), 0);
  return { value: -Math.log1p(-Math.min(wrong, 1 - 1e-300)) || wrong, slope: p.map((v, j) => (j === label ? -wrong : v)) };
}

const logits = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 7, maxLength: 7 });

it('cross-entropy: value, and direction of the gradient however sure the model is', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(logits, { minLength: 5, maxLength: 5 }),
      fc.array(fc.nat(6), { minLength: 5, maxLength: 5 }),
      async (rows, labels) => {
        const { value, slope } = await run(rows, labels, crossEntropy);
        for (const [i, row] of rows.entries()) {
          const label = labels[i] as number;
          const expected = exact(row, label);
          const direct = Math.log(row.reduce((sum, v) => sum + Math.exp(v - (row[label] as number)), 0));
          expect(Math.abs((value[i] as number) - direct)).toBeLessThan(1e-4 * Math.max(direct, 0.05));
          const largest = (d: readonly number[]): number => Math.max(...d.map(Math.abs));
          for (const [j, v] of expected.slope.entries())
            expect(Math.abs((slope[i]?.[j] as number) / largest(slope[i] as number[]) - v / largest(expected.slope))).toBeLessThan(1e-4);
        }
      },
    ),
    { numRuns: 60 },
  ));

it.each([
  [[0, 0], 0, [-0.5, 0.5]],
  [[1, 1, 1, 1], 2, [0.25, 0.25, -0.75, 0.25]],
  [[60, 0, 0], 0, [-2 * Math.exp(-60), Math.exp(-60), Math.exp(-60)]],
  [[0, 500, 0], 0, [-1, 1, 0]],
] as const)('cross-entropy of %j for class %d', async (row, label, expected) => {
  const { slope } = await run([row], [label], crossEntropy);
  for (const [j, v] of expected.entries()) expect(Math.abs((slope[0]?.[j] as number) - v)).toBeLessThan(1e-4 * Math.abs(v) + 1e-32);
});

it('gives equal rows equal gradients, wherever they stand in the batch', async () => {
  const row = [1.37, -2.61, 0.113, 4.87, -0.92, 3.3, 2.71, -1.41, 0.57, 1.61];
  const { slope } = await run(
    Array.from({ length: 9 }, () => row),
    Array<number>(9).fill(3),
    crossEntropy,
  );
  for (const one of slope) expect(one).toEqual(slope[0]);
  expect((await run([row], [3], crossEntropy)).slope[0]).toEqual(slope[0]);
});

it('margin: the largest other logit minus the label’s', async () => {
  expect(
    (
      await run(
        [
          [1, 5, 2],
          [7, 5, 2],
        ],
        [0, 0],
        margin,
      )
    ).value,
  ).toEqual([4, -2]);
});
