/** Gradients of reductions, softmax and top-k over random axes. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Case, expectGradient, expectGradients } from '../../test/support/expect-gradient.ts';
import { int, type Value } from '../onnx/graph.ts';
import { bools, int64s } from '../onnx/tensor.ts';

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

const reduction = (op: string): fc.Arbitrary<Case> =>
  shape.chain((dims) =>
    fc
      .tuple(fc.shuffledSubarray([...dims.keys()], { minLength: 1 }), fc.boolean(), fc.boolean(), fc.integer({ min: 0, max: 4 }))
      .map(([axes, keep, back, all]) => ({
        op,
        attributes: { keepdims: int(Number(keep)) },
        shapes: [dims],
        // Without axes, over all of them.
        constants: all === 0 ? [] : [int64s(axes.map((axis) => (back ? axis - dims.length : axis)))],
      })),
  );

const alongAxis = (op: string): fc.Arbitrary<Case> =>
  shape.chain((dims) =>
    fc.integer({ min: -dims.length, max: dims.length - 1 }).map((axis) => ({ op, attributes: { axis: int(axis) }, shapes: [dims] })),
  );

const topK: fc.Arbitrary<Case> = shape.chain((dims) =>
  fc.integer({ min: -dims.length, max: dims.length - 1 }).chain((axis) =>
    fc.tuple(fc.integer({ min: 1, max: dims.at(axis) as number }), fc.boolean()).map(([k, largest]) => ({
      op: 'TopK',
      attributes: { axis: int(axis), largest: int(Number(largest)) },
      shapes: [dims],
      constants: [int64s([k])],
      outputs: 2,
    })),
  ),
);

describe.each([
  ['LogSoftmax', alongAxis('LogSoftmax')],
  ['ReduceMax', reduction('ReduceMax')],
  ['ReduceMean', reduction('ReduceMean')],
  ['ReduceMin', reduction('ReduceMin')],
  ['ReduceSum', reduction('ReduceSum')],
  ['Softmax', alongAxis('Softmax')],
  ['TopK', topK],
])('%s', (_, cases) => {
  it('has the gradient that central differences give', () => expectGradients(cases));
});

describe('Softmax of a row that is −∞ throughout, replaced by zeros', () => {
  it.each(['Where', 'IsNaN'])('passes no NaN back (%s)', (how) =>
    expectGradient({
      op: 'Softmax',
      shapes: [[2, 3]],
      build: (g, [x]) => {
        const scores = x as Value;
        const hidden = g.constant(bools([true, false], [2, 1]));
        const mask = g.where(hidden, g.scalar(Number.NEGATIVE_INFINITY, scores), g.scalar(0, scores));
        const y = g.node('Softmax', [g.add(scores, mask)], { axis: int(-1) });
        return g.where(how === 'IsNaN' ? g.node('IsNaN', [y]) : hidden, g.scalar(0, y), y);
      },
    }),
  );
});
