/** Instances of VNN-COMP 2021 that are decided soon, beside the competition's verdicts; all of them stand in `vnncomp.accept.ts`. */
import { describe, expect, it } from 'vitest';
import { haveCertify } from '../support/bounds.ts';
import { decided, instancesOf } from '../support/vnncomp.ts';

describe.skipIf(!haveCertify)('properties, decided', () => {
  it.each([
    ['acasxu', 60],
    ['acasxu', 100],
    ['acasxu', 140],
    // A thin region of counterexamples, found within open boxes.
    ['acasxu', 83],
    // Not decided with many times the boxes while every coordinate was tried and the one that gained most was halved.
    ['acasxu', 36],
    // Not decided by three hundred thousand boxes while slopes were raised in small steps.
    ['acasxu', 65],
    // Boxes where little more than rounding is left: not decided while a product's terms were counted over the batch.
    ['acasxu', 180],
    ['mnistfc', 0],
    // Counterexamples that a thousand random starts do not lead to, and the corners do where bounds are least.
    ['mnistfc', 24],
    ['mnistfc', 78],
    // Sigmoids whose tangents have to climb.
    ['eran', 43],
    ['verivital', 0],
  ] as const)('%s %i', { timeout: 60_000 }, async (set, index) => {
    const instance = instancesOf(set)[index];
    if (!instance) throw new RangeError(`no instance ${index}`);
    const { result } = await decided(set, instance, 40);
    expect(result.status).toBe(instance.expected);
  });
});
