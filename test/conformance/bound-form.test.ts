/** The form that bounds are taken of computes what the operator does. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringOf } from '../../src/onnx/graph.ts';
import { REWRITTEN } from '../../src/transform/bounds/bound-form.ts';
import { formError, formOf } from '../support/bound-case.ts';
import { BOUND_CASES } from '../support/bound-cases.ts';

/** Composites with planes of their own, by the attribute that stands for them. */
const GATES = [
  ['Gelu', 'gelu'],
  ['Gelu by tanh', 'tanh-gelu'],
  ['Silu', 'silu'],
] as const;

/** Of a few roundings of values below 100. */
const TOLERANCE = 1e-5;

describe('the form for bounds', () => {
  it.each(Object.entries(BOUND_CASES).filter(([name]) => REWRITTEN.has(name)))('of %s has its values', async (_, cases) => {
    await fc.assert(
      fc.asyncProperty(cases, async (test) => {
        expect(await formError(test)).toBeLessThan(TOLERANCE);
      }),
      { numRuns: 4, seed: 7, endOnFailure: true },
    );
  });

  it.each(GATES)('knows %s', (name, gate) => {
    const [test] = fc.sample(BOUND_CASES[name] as NonNullable<(typeof BOUND_CASES)[string]>, { numRuns: 1, seed: 7 });
    expect(formOf(test as NonNullable<typeof test>).nodes.map((node) => stringOf(node, 'gate', ''))).toContain(gate);
  });
});
