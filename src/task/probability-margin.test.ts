import { expect, it } from 'vitest';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { probabilityMargin } from './probability-margin.ts';

it('is the largest other probability less that of the label', async () => {
  const g = newGraph();
  const [logits, labels] = [g.input('logits', 'float32', [3, 3]), g.input('labels', 'int64', [3])];
  const session = await ortNode.load(g.finish({ margin: probabilityMargin(g, logits, labels) }));
  // Logarithms of (1, 2, 7)/10, shifted: softmax does not see the shift.
  const row = [1, 2, 7].map((v) => Math.log(v / 10) + 4);
  const made = await session.run({
    logits: { type: 'float32', shape: [3, 3], data: Float32Array.from([...row, ...row, ...row]) },
    labels: { type: 'int64', shape: [3], data: BigInt64Array.of(0n, 1n, 2n) },
  });
  for (const [i, margin] of [0.6, 0.5, -0.5].entries()) expect(made.margin?.data[i]).toBeCloseTo(margin, 6);
  await session.release();
});
