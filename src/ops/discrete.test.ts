/** Operators without an exact gradient: their static shapes, and the straight-through ones' stand-in. */
import { describe, expect, it } from 'vitest';
import { expectGradient, expectShapes } from '../../test/support/expect-gradient.ts';
import { type Attributes, int } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { CORE_OPS, newGraph, OPS } from './table.ts';

const feed = (shape: readonly number[]): { type: 'float32'; shape: readonly number[]; data: Float32Array } => ({
  type: 'float32',
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(3 * i)),
});

/** A graph of one node on float inputs, or on comparisons of them. */
async function expectShape(
  op: string,
  shapes: readonly (readonly number[])[],
  attributes: Attributes = {},
  logical = false,
): Promise<void> {
  const g = newGraph();
  const inputs = shapes.map((shape, i) => g.input(`x${i}`, 'float32', shape));
  const given = logical ? inputs.map((x) => g.greater(x, g.scalar(0, x))) : inputs;
  await expectShapes(g.finish({ y: g.node(op, given, attributes) }), Object.fromEntries(shapes.map((shape, i) => [`x${i}`, feed(shape)])));
}

describe('discrete operators have the shapes that ONNX Runtime returns', () => {
  it.each(['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'])('%s', async (op) => {
    await expectShape(op, [
      [2, 1, 3],
      [4, 1],
    ]);
    await expectShape(op, [[], [2]]);
  });
  it.each(['And', 'Or'])('%s', (op) =>
    expectShape(
      op,
      [
        [2, 1, 3],
        [4, 1],
      ],
      {},
      true,
    ),
  );
  it('Not', () => expectShape('Not', [[2, 3]], {}, true));
  it.each(['IsInf', 'IsNaN'])('%s', (op) => expectShape(op, [[2, 3]]));
  it.each([
    [0, 1],
    [-1, 0],
    [1, 0],
  ])('ArgMax over axis %d, keepdims %d', (axis, keep) => expectShape('ArgMax', [[2, 3, 4]], { axis: int(axis), keepdims: int(keep) }));
});

describe('straight-through operators', () => {
  it.each(['Ceil', 'Floor', 'Round', 'Sign'])('%s passes its cotangent unchanged', (op) =>
    expectGradient({ op, shapes: [[2, 3]], surrogate: true }),
  );
  it('are those that the table calls so', () => {
    expect(CORE_OPS.filter((op) => OPS[op].differentiable === 'straight-through')).toEqual(['Ceil', 'Floor', 'Round', 'Sign']);
  });
});
