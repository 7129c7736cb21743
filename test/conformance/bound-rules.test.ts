/** Interval and linear bounds of every operator hold samples of random boxes, corners included (10 000 of each in `test/accept/bound-rules.accept.ts`). */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CORE_OPS, ruleOf } from '../../src/ops/table.ts';
import { REWRITTEN } from '../../src/transform/bounds/bound-form.ts';
import { violation } from '../support/bound-case.ts';
import { BOUND_CASES } from '../support/bound-cases.ts';

const RUNS = 4;
const SAMPLES = 30;

describe('bounds of operators', () => {
  // A cast between floats is none in a core graph, which has float32 only.
  it('are tested for every operator that has a rule', () => {
    const bounded = CORE_OPS.filter((op) => ruleOf(op).interval !== undefined || REWRITTEN.has(op)).filter((op) => op !== 'Cast');
    expect(bounded.filter((op) => !(op in BOUND_CASES))).toEqual([]);
  });

  it.each(Object.entries(BOUND_CASES))('%s', async (_, cases) => {
    await fc.assert(
      fc.asyncProperty(cases, async (test) => {
        expect(await violation(test, SAMPLES)).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 6, endOnFailure: true },
    );
  });
});
