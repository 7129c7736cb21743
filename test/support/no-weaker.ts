/** Auto-PGD beside PGD with as many gradients of the same loss: it must leave no more examples standing. Its targeted form draws other starts, and must not be shown to be weaker than the untargeted ones. */
import { expect } from 'vitest';
import { mcNemar } from '../../src/stats/paired.ts';
import { attacked, CIFAR, cifar, fixture, MNIST, mnist, targetAt } from '../conformance/attacks-fixtures.ts';

/** One-sided. */
const LEVEL = 0.025;

/** The first `n` images of a fixture network's data, in Linf. Prints what each attack leaves. */
export async function expectNoWeaker(name: string, n: number, epsilon: number): Promise<void> {
  const isMnist = name.startsWith('mnist');
  const target = await targetAt(fixture(`${name}.onnx`), isMnist ? MNIST : CIFAR);
  const samples = (isMnist ? mnist(n) : cifar()).slice(0, n);
  const left = async (id: string, params: Record<string, unknown>): Promise<Set<number>> => {
    const proposals = await attacked(id, target, samples, { norm: 'linf', epsilon, batch: 32, params });
    const decisions = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
    return new Set(samples.filter(({ label }, i) => decisions[i]?.label === label).map(({ index }) => index));
  };
  const pgd = await left('pgd', { steps: 100 });
  const ce = await left('apgd', { steps: 100 });
  const dlr = await left('apgd', { steps: 100, loss: 'dlr' });
  const targeted = await left('apgd-targeted', { steps: 100 });
  process.stdout.write(
    `${name}: of ${n} at ${epsilon} PGD leaves ${pgd.size}, APGD-CE ${ce.size}, APGD-DLR ${dlr.size}, APGD-T ${targeted.size}\n`,
  );
  expect(ce.size).toBeLessThanOrEqual(pgd.size);
  for (const untargeted of [ce, dlr]) expect(loss(untargeted, targeted, n)).toBeGreaterThan(LEVEL);
  await target.release();
}

/** How likely it is, if both were equally strong, that the second leaves as many more as it does (McNemar's exact test). */
function loss(first: ReadonlySet<number>, second: ReadonlySet<number>, n: number): number {
  const alone = (one: ReadonlySet<number>, other: ReadonlySet<number>): number => [...one].filter((index) => !other.has(index)).length;
  return mcNemar({ n, worse: alone(second, first), better: alone(first, second) }).worsePValue;
}
