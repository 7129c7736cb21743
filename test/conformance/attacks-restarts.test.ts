/** Restarts only add: further starts of attacks within a ball break more or as many, those of attacks that look for the nearest point end no farther; and `best` begins with AutoAttack in L1, too. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import { measure } from '../../src/model/measure.ts';
import type { Target } from '../../src/model/target.ts';
import type { NumericMetric } from '../../src/threat/metric.ts';
import { attacked, MNIST, mnist, targetAt } from './attacks-fixtures.ts';

let target: Target;
let samples: AttackSample[];
beforeAll(async () => {
  target = await targetAt(join(import.meta.dirname, '../../models/mnist-adversarial.onnx'), MNIST);
  samples = mnist(12);
});
afterAll(() => target.release());

interface Asked {
  readonly norm: NumericMetric;
  readonly epsilon: number;
  readonly params: Record<string, unknown>;
}

/** The distance of each example's candidate; infinite where it does not fool the model. */
async function distances(id: string, { norm, epsilon, params }: Asked): Promise<number[]> {
  const proposals = await attacked(id, target, samples, { norm, epsilon, params, batch: 12 });
  const pairs = proposals.map(({ candidate }, i) => ({ original: samples[i]?.x as Float32Array, candidate: candidate as Float32Array }));
  const decisions = await target.judge.decide(pairs.map(({ candidate }) => candidate));
  const measures = await measure(target, pairs);
  return samples.map(({ label }, i) => (decisions[i]?.label === label ? Number.POSITIVE_INFINITY : (measures[i]?.[norm] ?? Number.NaN)));
}

it.each([
  ['ddn', 'l2'],
  ['fmn', 'l2'],
  ['fmn', 'linf'],
  ['fmn', 'l1'],
  ['fmn', 'l0'],
] as const)('%s in %s: three starts find no farther point, and some nearer', async (id, norm) => {
  // Nothing is that near, so every example gets all its starts.
  const run = { norm, epsilon: 1e-3, params: { steps: 15 } };
  const [once, thrice] = [await distances(id, run), await distances(id, { ...run, params: { ...run.params, restarts: 3 } })];
  // Of the same point the distance is the same.
  for (const [i, far] of once.entries()) expect(thrice[i]).toBeLessThanOrEqual(far);
  expect(thrice.filter((far, i) => far < (once[i] as number)).length).toBeGreaterThan(0);
});

it('momentum: further starts break what the first left', async () => {
  const run = { norm: 'linf', epsilon: 0.3, params: { steps: 5 } } as const;
  const standing = (all: readonly number[]): number => all.filter((far) => far === Number.POSITIVE_INFINITY).length;
  const [once, more] = [await distances('momentum', run), await distances('momentum', { ...run, params: { steps: 5, restarts: 6 } })];
  for (const [i, far] of once.entries()) if (far < Number.POSITIVE_INFINITY) expect(more[i]).toBe(far);
  expect(standing(more)).toBeLessThanOrEqual(standing(once));
});

it('best in L1 begins as AutoAttack in L1, and leaves no more', async () => {
  const run = { norm: 'l1', epsilon: 12, params: { steps: 4, goals: 3, maxQueries: 20 } } as const;
  const auto = await distances('auto', run);
  const best = await distances('best', { ...run, params: { ...run.params, maxQueries: 80, restarts: 1 } });
  for (const [i, far] of auto.entries()) if (far < Number.POSITIVE_INFINITY) expect(best[i]).toBe(far);
});
