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
    // Decided by raised slopes and halving along the widest side where gains do not tell; without both, not within 30 s.
    ['acasxu', 126],
    ['mnistfc', 0],
    ['verivital', 0],
  ] as const)('%s %i', { timeout: 60_000 }, async (set, index) => {
    const instance = instancesOf(set)[index];
    if (!instance) throw new RangeError(`no instance ${index}`);
    const { result } = await decided(set, instance, 40);
    expect(result.status).toBe(instance.expected);
  });
});
