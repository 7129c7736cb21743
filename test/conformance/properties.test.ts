/** Published properties of the verification competition of 2021; all of them in test/accept/properties.accept.ts. */
import { describe, expect, it } from 'vitest';
import { absent, counterexamples, FOLDERS, instancesOf, propertyOf } from '../support/properties.ts';

describe.skipIf(absent)('published properties', () => {
  it.each(FOLDERS)('%s: the first one is read, packed or not', (folder) => {
    const [first] = instancesOf(folder);
    const { inputs, outputs, cases } = propertyOf(first as NonNullable<typeof first>);
    expect({ inputs, outputs }).toEqual(
      { acasxu: { inputs: 5, outputs: 5 }, oval21: { inputs: 3072, outputs: 10 }, cifar10_resnet: { inputs: 3072, outputs: 10 } }[
        folder as 'acasxu'
      ] ?? { inputs: 784, outputs: 10 },
    );
    expect(cases).toHaveLength(1);
    expect(cases[0]?.violations).toHaveLength(folder === 'acasxu' ? 1 : 9);
  });

  it('ACAS Xu: the union of two boxes, the conjunction of four outputs, and the disjunctions of three', () => {
    const shape = (number: number): number[][] => {
      const instance = instancesOf('acasxu').find(({ vnnlib }) => vnnlib.endsWith(`prop_${number}.vnnlib`));
      return propertyOf(instance as NonNullable<typeof instance>).cases.map(({ violations }) => violations.map((one) => one.length));
    };
    expect([1, 2, 3, 5, 6, 7, 8].map(shape)).toEqual([
      [[1]],
      [[4]],
      [[4]],
      [[1, 1, 1, 1]],
      [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ],
      [[3, 3]],
      [[2, 2, 2]],
    ]);
  });

  it('random points break what is known to break, and nothing that is known to hold', async () => {
    const all = instancesOf('acasxu');
    const found = new Map<string, number>();
    for (const instance of [...all.slice(0, 4), ...all.slice(48, 60), ...all.slice(-9, -1)]) {
      const hits = await counterexamples(instance, 300);
      if (instance.expected === 'unsat') expect(hits, `${instance.onnx} ${instance.vnnlib}`).toBe(0);
      else found.set(instance.onnx, hits);
    }
    expect([...found.values()].filter((hits) => hits > 0).length).toBeGreaterThan(3);
  });
});
