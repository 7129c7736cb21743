/** AutoAttack as a composition: each member on what the earlier ones left, costs added up, and no weaker than any of them alone. */
import { describe, expect, it } from 'vitest';
import { absent, attacked, because, fixture, type Linear, linearTarget, MNIST, mnist, standing, targetAt } from './attacks-fixtures.ts';

const MINUTES = 60_000;
/** Three classes in the plane: too few for the targeted ratio, none for the untargeted one. */
const THREE: Linear = {
  weights: [Float32Array.of(1, 0), Float32Array.of(-1, 1), Float32Array.of(0, -1)],
  bias: new Float32Array(3),
};

const idsOf = (stages: readonly { readonly attack: string }[] | undefined): string[] => (stages ?? []).map(({ attack }) => attack);

describe('members', () => {
  it('those that need more classes than there are stay away, and squares where there is no picture', async () => {
    const target = await linearTarget(THREE);
    // Far from every border: everything is tried.
    const samples = [{ index: 0, x: Float32Array.of(10, 0), label: 0 }];
    const params = { steps: 5, maxQueries: 20 };
    const [standard] = await attacked('auto', target, samples, { norm: 'l2', epsilon: 0.1, params });
    expect(idsOf(standard?.stages)).toEqual(['apgd', 'fab-targeted', 'cube']);
    const [plus] = await attacked('auto', target, samples, { norm: 'l2', epsilon: 0.1, params: { ...params, variant: 'plus' } });
    expect(idsOf(plus?.stages)).toEqual(['apgd', 'apgd', 'fab', 'cube', 'fab-targeted']);
    await target.release();
  });

  it("end at the first that breaks an example, and their costs are the attack's", async () => {
    const target = await linearTarget(THREE);
    const samples = [
      { index: 3, x: Float32Array.of(0.5, 0), label: 0 },
      { index: 7, x: Float32Array.of(10, 0), label: 0 },
    ];
    const told: number[] = [];
    let done = 0;
    const more = { onProposal: ({ index }: { index: number }) => told.push(index), onProgress: (part: number) => (done += part) };
    const proposals = await attacked('auto', target, samples, { norm: 'linf', epsilon: 1, params: { steps: 5, maxQueries: 20 }, more });
    expect(proposals.map(({ index, stages }) => [index, idsOf(stages)])).toEqual([
      [3, ['apgd']],
      [7, ['apgd', 'fab-targeted', 'cube']],
    ]);
    for (const { stages, queries, gradients } of proposals) {
      expect(stages?.reduce((sum, one) => sum + one.queries, 0)).toBe(queries);
      expect(stages?.reduce((sum, one) => sum + one.gradients, 0)).toBe(gradients);
    }
    expect(told).toEqual([3, 7]);
    expect(done).toBeCloseTo(2, 9);
    await target.release();
  });
});

describe.skipIf(absent)(`on a robust network${because}`, () => {
  it(
    'leaves no more than any member alone',
    async () => {
      const target = await targetAt(fixture('mnist/mnist_cnn_a_adv.onnx'), MNIST);
      const samples = mnist(60);
      const left = async (id: string, params: Record<string, unknown>): Promise<number> =>
        standing(target, samples, await attacked(id, target, samples, { norm: 'linf', epsilon: 0.3, batch: 32, params }));
      const all = await left('auto', { steps: 20, goals: 3, maxQueries: 300 });
      expect(all).toBeLessThanOrEqual(await left('apgd', { steps: 20 }));
      expect(all).toBeLessThanOrEqual(await left('apgd-targeted', { steps: 20, goals: 3 }));
      expect(all).toBeLessThanOrEqual(await left('square', { maxQueries: 300, rescale: false }));
      // The same ensemble first, then more on what it left.
      expect(await left('best', { steps: 20, goals: 3, restarts: 1, maxQueries: 1200 })).toBeLessThanOrEqual(all);
      await target.release();
    },
    2 * MINUTES,
  );
});
