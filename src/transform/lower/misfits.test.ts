/** Operators whose inputs or attributes do not fit each other end in one classified error, never in a crash. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Given, type Lowered, modelOf } from '../../../test/support/expect-lowering.ts';
import { DATA_CASES } from '../../../test/support/lowerings/data.ts';
import { GibbonError } from '../../base/errors.ts';
import { type Attribute, int, ints } from '../../onnx/graph.ts';
import { floats, int64s } from '../../onnx/tensor.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { specialise } from '../specialise.ts';

/** Inputs and attributes that have nothing to do with the operator. */
const STRAYS: readonly Given[] = [
  [],
  [1],
  [2, 3],
  [1, 1, 2, 2, 2],
  [0, 3],
  undefined,
  int64s([]),
  int64s([-1, 7]),
  int64s([3], []),
  floats([0.5], []),
  floats([Number.NaN, -1e30], [2]),
];
const SETTINGS: readonly Attribute[] = [
  int(-3),
  int(0),
  int(99),
  ints([]),
  ints([-1, 100]),
  { kind: 'string', value: 'neither' },
  { kind: 'float', value: Number.NaN },
];

const misfit: fc.Arbitrary<Lowered> = fc
  .record({
    spec: fc.constantFrom(...DATA_CASES),
    at: fc.nat(8),
    stray: fc.constantFrom(...STRAYS),
    name: fc.nat(6),
    setting: fc.constantFrom(...SETTINGS),
    what: fc.constantFrom('input', 'attribute', 'fewer'),
  })
  .map(({ spec, at, stray, name, setting, what }) => {
    if (what === 'fewer') return { ...spec, inputs: spec.inputs.slice(0, at % (spec.inputs.length + 1)) };
    if (what === 'input') return { ...spec, inputs: spec.inputs.map((given, i) => (i === at % spec.inputs.length ? stray : given)) };
    const names = Object.keys(spec.attributes ?? {});
    const chosen = names[name % Math.max(names.length, 1)];
    return chosen === undefined ? spec : { ...spec, attributes: { ...spec.attributes, [chosen]: setting } };
  });

describe('an operator that does not fit', () => {
  it(
    'is refused with a code',
    () =>
      fc.assert(
        fc.asyncProperty(misfit, async (spec) => {
          const graph = modelOf(spec);
          const shapes = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, shape as number[]]));
          const error = await specialise(graph, shapes, evaluator(ortNode)).then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          if (error === undefined) return;
          expect(error, error instanceof Error ? `${spec.op}: ${error.stack}` : spec.op).toBeInstanceOf(GibbonError);
          expect((error as GibbonError).code, spec.op).not.toBe('E_INTERNAL');
        }),
        { numRuns: 1500, seed: 20260101, endOnFailure: true },
      ),
    60_000,
  );
});
