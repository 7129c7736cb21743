/** Auto-PGD beside PGD with as many gradients of the same loss: it must leave no more examples standing, and its targeted form no more than either loss. */
import { expect } from 'vitest';
import { attacked, CIFAR, cifar, fixture, MNIST, mnist, standing, targetAt } from '../conformance/attacks-fixtures.ts';

/** The first `n` images of a fixture network's data, in Linf. Prints what each attack leaves. */
export async function expectNoWeaker(name: string, n: number, epsilon: number): Promise<void> {
  const isMnist = name.startsWith('mnist');
  const target = await targetAt(fixture(`${name}.onnx`), isMnist ? MNIST : CIFAR);
  const samples = (isMnist ? mnist(n) : cifar()).slice(0, n);
  const left = async (id: string, params: Record<string, unknown>): Promise<number> =>
    standing(target, samples, await attacked(id, target, samples, { norm: 'linf', epsilon, batch: 32, params }));
  const pgd = await left('pgd', { steps: 100 });
  const apgd = await left('apgd', { steps: 100 });
  const dlr = await left('apgd', { steps: 100, loss: 'dlr' });
  const targeted = await left('apgd-targeted', { steps: 100 });
  process.stdout.write(`${name}: of ${n} at ${epsilon} PGD leaves ${pgd}, APGD-CE ${apgd}, APGD-DLR ${dlr}, APGD-T ${targeted}\n`);
  expect(apgd).toBeLessThanOrEqual(pgd);
  expect(targeted).toBeLessThanOrEqual(Math.min(apgd, dlr));
  await target.release();
}
