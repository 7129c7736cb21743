/** The difference-of-logits ratios against plain arithmetic, and their gradients against central differences. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { gradient } from '../transform/gradient.ts';
import { assertClasses, dlr, targetedDlr } from './dlr.ts';

type Loss = (g: GraphBuilder, logits: Value, labels: Value, goals: Value) => Value;

const CLASSES = 6;
const [LABEL, GOAL] = [2, 4];

/** Equations 6 and 7 as they stand in the paper. */
const EXACT: Readonly<Record<string, { loss: Loss; exact: (z: readonly number[]) => number }>> = {
  untargeted: {
    loss: dlr,
    exact: (z) => {
      const sorted = [...z].sort((a, b) => b - a) as [number, number, number];
      return -((z[LABEL] as number) - Math.max(...z.filter((_, i) => i !== LABEL))) / (sorted[0] - sorted[2]);
    },
  },
  targeted: {
    loss: targetedDlr,
    exact: (z) => {
      const sorted = [...z].sort((a, b) => b - a) as [number, number, number, number];
      return -((z[LABEL] as number) - (z[GOAL] as number)) / (sorted[0] - (sorted[2] + sorted[3]) / 2);
    },
  },
};

/** Values and gradients for rows of logits. */
async function run(loss: Loss, rows: readonly (readonly number[])[]): Promise<{ value: number[]; slope: number[][] }> {
  const batch = rows.length;
  const g = newGraph();
  const z = g.input('z', 'float32', [batch, CLASSES]);
  const of = (label: number): Value => g.expand(g.ints([label]), [batch]);
  const value = loss(g, z, of(LABEL), of(GOAL));
  const slope = gradient(g, [{ value, cotangent: g.expand(g.scalar(1), [batch]) }], [z])[0] as Value;
  const session = await ortNode.load(g.finish({ value, slope }));
  const made = await session.run({ z: { type: 'float32', shape: [batch, CLASSES], data: Float32Array.from(rows.flat()) } });
  await session.release();
  const flat = Array.from(made.slope?.data as Float32Array);
  return { value: Array.from(made.value?.data as Float32Array), slope: rows.map((_, i) => flat.slice(i * CLASSES, (i + 1) * CLASSES)) };
}

/** Logits that are apart by 0.1 at least: the losses have kinks where two change places. */
const apart = fc
  .tuple(
    fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: CLASSES }),
    fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), { minLength: CLASSES, maxLength: CLASSES }),
  )
  .map(([order, gaps]) => {
    const heights = gaps.map((_, i) => gaps.slice(0, i + 1).reduce((a, b) => a + b, -5));
    return order.map((rank) => Math.fround(heights[rank] as number));
  });

describe.each(Object.entries(EXACT))('%s', (_, { loss, exact }) => {
  it('is the paper\u2019s, in value and gradient', () =>
    fc.assert(
      fc.asyncProperty(fc.array(apart, { minLength: 4, maxLength: 4 }), async (rows) => {
        const { value, slope } = await run(loss, rows);
        for (const [i, z] of rows.entries()) {
          // float32: a difference of logits up to 13 keeps 1e-6, over a denominator of 0.15 or more.
          expect(Math.abs((value[i] as number) - exact(z))).toBeLessThan(1e-5 * Math.max(1, Math.abs(exact(z))));
          for (const k of z.keys()) {
            const moved = (by: number): number => exact(z.map((v, j) => (j === k ? v + by : v)));
            const central = (moved(1e-4) - moved(-1e-4)) / 2e-4;
            expect(Math.abs((slope[i]?.[k] as number) - central)).toBeLessThan(1e-3 * Math.max(1, Math.abs(central)));
          }
        }
      }),
      { numRuns: 30 },
    ));

  it('does not change when all logits are scaled', async () => {
    const z = [1, -2, 3, 0.5, 2.2, -1];
    const { value } = await run(loss, [z, z.map((v) => 1000 * v)]);
    expect(value[1]).toBeCloseTo(value[0] as number, 5);
  });
});

it('is not defined for fewer classes', () => {
  expect(() => assertClasses('It', 2, 3)).toThrow(/needs 3 classes, the model has 2/);
  expect(() => assertClasses('It', 3, 3)).not.toThrow();
});
