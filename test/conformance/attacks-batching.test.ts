/** An example's result depends on nothing but itself: not on the batch, the order, or its neighbours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttackSample, Proposal } from '../../src/attacks/attack.ts';
import type { Target } from '../../src/model/target.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { absent, attacked, because, fixture, MNIST, mnist, type Run, targetAt } from './attacks-fixtures.ts';

const MINUTES = 60_000;

/** Everything that an example got, by index, as text: bitwise, since float32 prints exactly. */
function byIndex(proposals: readonly Proposal[]): Map<number, string> {
  return new Map(
    proposals.map((one) => [
      one.index,
      `${Buffer.from(one.candidate?.buffer ?? new ArrayBuffer(0)).toString('base64')} ${one.queries} ${one.gradients} ${one.slope}`,
    ]),
  );
}

/** The examples whose result differs. */
function changed(all: ReadonlyMap<number, string>, some: readonly Proposal[]): number[] {
  return [...byIndex(some)].filter(([index, result]) => all.get(index) !== result).map(([index]) => index);
}

const PGD: Run = { norm: 'linf', epsilon: 0.2, params: { steps: 10, stepSize: 0.04, restarts: 2 } };

describe.skipIf(absent).each(['attack-oracles/art_tiny_mnist', 'mnist/mnist_lenet5_clntrained'])(`%s${because}`, (name) => {
  let target: Target;
  const samples: AttackSample[] = absent ? [] : mnist(24);
  const shuffled = keyedRng(1, 'shuffle').shuffle(samples);
  beforeAll(async () => {
    target = await targetAt(fixture(`${name}.onnx`), MNIST);
  });
  afterAll(() => target?.release());

  it.each([
    ['pgd', PGD],
    ['pgd', { ...PGD, norm: 'l2', epsilon: 2, params: { steps: 8, stepSize: 0.5, target: 'least-likely' } }],
    ['pgd', { ...PGD, norm: 'l1', epsilon: 10, params: { steps: 5, stepSize: 2 } }],
    ['momentum', { norm: 'linf', epsilon: 0.1, params: { steps: 4, earlyStop: false } }],
    ['apgd', { norm: 'linf', epsilon: 0.1, params: { steps: 12, restarts: 2 } }],
    ['apgd', { norm: 'l2', epsilon: 1, params: { steps: 12, loss: 'dlr' } }],
    ['apgd', { norm: 'l1', epsilon: 8, params: { steps: 8 } }],
    ['apgd-targeted', { norm: 'linf', epsilon: 0.1, params: { steps: 6, goals: 3 } }],
    ['carlini-wagner', { norm: 'l2', epsilon: 0, params: { searchSteps: 2, steps: 8, stepSize: 0.3, initialConst: 1 } }],
    ['ddn', { norm: 'l2', epsilon: 0, params: { steps: 15 } }],
    ['deepfool', { norm: 'l2', epsilon: 0, params: { steps: 8, candidates: 4 } }],
    ['deepfool', { norm: 'linf', epsilon: 0, params: { steps: 3 } }],
    ['ead', { norm: 'l1', epsilon: 0, params: { searchSteps: 2, steps: 6, initialConst: 10 } }],
    ['fmn', { norm: 'l1', epsilon: 0, params: { steps: 10 } }],
    ['fmn', { norm: 'linf', epsilon: 0, params: { steps: 5, target: 'least-likely' } }],
    ['fgsm', { norm: 'linf', epsilon: 0.1 }],
    ['uniform-noise', { norm: 'l2', epsilon: 4, params: { repeats: 3 } }],
  ] as const)(
    '%s %j: batches of 1, 7, 16 and 64, any order, any company',
    async (id, run) => {
      const all = byIndex(await attacked(id, target, samples, { ...run, batch: 64 }));
      expect(all.size).toBe(24);
      for (const batch of [1, 7, 16]) expect(changed(all, await attacked(id, target, samples, { ...run, batch }))).toEqual([]);
      expect(changed(all, await attacked(id, target, shuffled, { ...run, batch: 16 }))).toEqual([]);
      expect(changed(all, await attacked(id, target, shuffled.slice(0, 13), { ...run, batch: 7 }))).toEqual([]);
      expect(changed(all, await attacked(id, target, shuffled.slice(18, 21), { ...run, batch: 64 }))).toEqual([]);
    },
    2 * MINUTES,
  );

  it.each([
    ['hop-skip-jump', 'l2', 400],
    ['hop-skip-jump', 'linf', 400],
    ['boundary', 'l2', 120],
    ['rays', 'linf', 100],
  ] as const)(
    '%s %s: any order, any company',
    async (id, norm, maxQueries) => {
      const run = { norm, epsilon: 0, params: { maxQueries } };
      const all = byIndex(await attacked(id, target, samples.slice(0, 16), run));
      expect(changed(all, await attacked(id, target, samples.slice(0, 16).reverse().slice(0, 6), run))).toEqual([]);
      expect(changed(all, await attacked(id, target, samples.slice(3, 4), run))).toEqual([]);
    },
    2 * MINUTES,
  );

  it.each(['pgd', 'fgsm', 'uniform-noise', 'gaussian-noise', 'hop-skip-jump'])('%s: no examples, no work', async (id) => {
    expect(await attacked(id, target, [], { norm: 'linf', epsilon: 0.1 })).toEqual([]);
  });

  it(
    'pgd: reports each example once, and its progress adds up',
    async () => {
      for (const [id, params] of [
        ['pgd', { steps: 5, restarts: 3 }],
        ['uniform-noise', { repeats: 3 }],
        ['hop-skip-jump', { maxQueries: 50 }],
      ] as const) {
        const told: number[] = [];
        let done = 0;
        const more = { onProposal: ({ index }: Proposal) => told.push(index), onProgress: (n: number) => (done += n) };
        await attacked(id, target, samples.slice(0, 20), { norm: 'linf', epsilon: 0.08, params, batch: 8, more });
        expect(told.sort((a, b) => a - b)).toEqual(samples.slice(0, 20).map(({ index }) => index));
        expect(done).toBeCloseTo(20, 9);
      }
    },
    MINUTES,
  );

  it(
    'stays inside the ball and the range',
    async () => {
      const sizes = {
        linf: (d: Float32Array) => Math.max(...d.map(Math.abs)),
        l2: (d: Float32Array) => Math.hypot(...d),
        l1: (d: Float32Array) => d.reduce((sum, v) => sum + Math.abs(v), 0),
      };
      for (const [norm, epsilon] of [
        ['linf', 0.1],
        ['l2', 1.5],
        ['l1', 8],
      ] as const) {
        for (const id of ['pgd', 'fgsm', 'uniform-noise', 'gaussian-noise']) {
          const proposals = await attacked(id, target, samples, { norm, epsilon, ...(id === 'pgd' ? { params: { steps: 6 } } : {}) });
          for (const [i, { candidate }] of proposals.entries()) {
            const moves = (candidate as Float32Array).map((v, k) => v - ((samples[i] as AttackSample).x[k] as number));
            expect(sizes[norm](moves)).toBeLessThanOrEqual(epsilon * (1 + 2e-5));
            expect((candidate as Float32Array).every((v) => v >= 0 && v <= 1)).toBe(true);
          }
        }
      }
    },
    MINUTES,
  );

  it.each(['pgd', 'uniform-noise', 'hop-skip-jump'])('%s: stops on request', async (id) => {
    const stop = new AbortController();
    const more = { signal: stop.signal, onProgress: () => stop.abort() };
    const params = id === 'hop-skip-jump' ? { maxQueries: 60 } : id === 'pgd' ? { steps: 3 } : { repeats: 400 };
    await expect(attacked(id, target, samples, { norm: 'linf', epsilon: 0.05, params, batch: 7, more })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
  });
});
