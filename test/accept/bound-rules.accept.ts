/** The properties of `test/conformance/bound-rules.test.ts` with 10 000 samples of each operator. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { violation } from '../support/bound-case.ts';
import { BOUND_CASES } from '../support/bound-cases.ts';

const RUNS = 50;
const SAMPLES = 200;

describe('bounds of operators, 10 000 samples each', () => {
  it.each(Object.entries(BOUND_CASES))('%s', async (_, cases) => {
    await fc.assert(
      fc.asyncProperty(cases, async (test) => {
        expect(await violation(test, SAMPLES)).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 60, endOnFailure: true },
    );
  });
});
