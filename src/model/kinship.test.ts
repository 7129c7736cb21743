import { expect, it } from 'vitest';
import { MNIST, mnist } from '../../test/conformance/attacks-fixtures.ts';
import { studentOf } from '../../test/support/student.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { kinshipOf } from './kinship.ts';
import { readModelFile } from './model-file.ts';

const model = (name: string): string => new URL(`../../models/mnist-${name}.onnx`, import.meta.url).pathname;

it('finds what a student kept of its teacher, and nothing in another network', async () => {
  const path = await studentOf(model('natural'), { rows: MNIST, examples: mnist(100), classes: 10 });
  const [student, teacher, other] = [
    await readModelFile(path),
    await readModelFile(model('natural')),
    await readModelFile(model('adversarial')),
  ];
  const kept = await kinshipOf(student.graph, teacher.graph, ortNode);
  // conv1.weight has 100 numbers, too few to tell anything.
  expect(kept.pairs.map(({ name, isSame }) => [name, isSame])).toEqual([
    ['conv2.weight', true],
    ['dense1.weight', true],
    ['dense2.weight', false],
  ]);
  expect(kept.numbers).toBe(8 * 4 * 25 + 128 * 392 + 10 * 128);
  const none = await kinshipOf(student.graph, other.graph, ortNode);
  for (const { isSame, cosine } of none.pairs) {
    expect(isSame).toBe(false);
    expect(Math.abs(cosine)).toBeLessThan(0.5);
  }
});
