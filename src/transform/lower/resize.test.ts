/** Resize against ONNX Runtime on random sizes; the rest of its modes stand in the table of lowerings. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectLowering } from '../../../test/support/expect-lowering.ts';
import { randomResize } from '../../../test/support/lowerings/resized.ts';

describe('Resize', () => {
  it('reads where ONNX Runtime reads', () =>
    fc.assert(fc.asyncProperty(randomResize, expectLowering), { numRuns: 150, seed: 20260101, endOnFailure: true }));
});
