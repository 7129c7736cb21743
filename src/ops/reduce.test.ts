/** Gradients of reductions, softmax and top-k over random axes. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Case, expectGradients } from '../../test/support/expect-gradient.ts';
import { int } from '../onnx/graph.ts';
import { int64s } from '../onnx/tensor.ts';

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
