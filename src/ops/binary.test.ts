/** Gradients of operators with several broadcast operands. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Case, expectGradient, expectGradients, spread } from '../../test/support/expect-gradient.ts';
import { int } from '../onnx/graph.ts';
import { bools, floats, sizeOf } from '../onnx/tensor.ts';

const base = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** `count` shapes that broadcast to one: sizes replaced by 1, leading sizes dropped. */
const broadcasting = (count: number): fc.Arbitrary<number[][]> =>
  base.chain((dims) =>
    fc.tuple(
      ...Array.from({ length: count }, () =>
        fc
          .tuple(fc.array(fc.boolean(), { minLength: dims.length, maxLength: dims.length }), fc.nat(dims.length))
          .map(([ones, drop]) => dims.map((dim, i) => (ones[i] ? 1 : dim)).slice(drop)),
      ),
    ),
  );

type Map = (x: number) => number;
const keep: Map = (x) => x;
const awayFromZero: Map = (x) => x + 0.7 * Math.sign(x);
const positive: Map = (x) => Math.abs(x) + 0.3;

const pair = (op: string, left = keep, right = keep): fc.Arbitrary<Case> =>
  broadcasting(2).map(([a, b]) => {
    const shapes = [a as number[], b as number[]];
    return { op, shapes, values: shapes.map((shape, i) => spread(sizeOf(shape), 5 + i, i).map(i === 0 ? left : right)) };
  });

describe.each([
  ['Add', pair('Add')],
  ['Div', pair('Div', keep, awayFromZero)],
  ['Max', pair('Max')],
  ['Min', pair('Min')],
  ['Mul', pair('Mul')],
  ['Pow', pair('Pow', positive)],
  ['Sub', pair('Sub')],
])('%s', (_, cases) => {
  it('has the gradient that central differences give, summed over what was broadcast', () => expectGradients(cases));
});

describe('Pow by a constant', () => {
  it.each([0, 1, 2, 3])('has the gradient of x^%d on both sides of zero', (exponent) =>
    expectGradient({ op: 'Pow', shapes: [[2, 3]], constants: [floats([exponent], [])] }),
  );
  it('has the gradient of a square root', () =>
    expectGradient({ op: 'Pow', shapes: [[3]], values: [[0.4, 1.2, 2]], constants: [floats([0.5], [])] }));
});

describe('Mod', () => {
  it('has the gradient of a − q·b', () =>
    expectGradient({
      op: 'Mod',
      attributes: { fmod: int(1) },
      shapes: [[4], [2, 1]],
      values: [
        [1.9, -1.3, 0.4, -0.2],
        [0.7, -0.3],
      ],
    }));
});

describe('Where', () => {
  it('sends the cotangent to the branch that was taken', () =>
    expectGradients(
      broadcasting(3).map(([c, a, b]) => ({
        op: 'Where',
        shapes: [a as number[], b as number[]],
        constants: [
          bools(
            spread(sizeOf(c as number[]), 8).map((x) => x > 0),
            c as number[],
          ),
        ],
        build: (g, [x, y], [condition]) => g.node('Where', [condition, x, y]),
      })),
    ));
});

describe('Clip', () => {
  const bounds = fc.constantFrom<[number | undefined, number | undefined]>([-1.1234, 0.7], [undefined, 0.5], [-0.5, undefined], [0, 6]);
  it('passes the gradient between its bounds', () =>
    expectGradients(
      fc.record({ dims: base, bounds }).map(({ dims, bounds: [low, high] }) => ({
        op: 'Clip',
        shapes: [dims],
        constants: [low, high].map((bound) => (bound === undefined ? undefined : floats([bound], []))),
      })),
    ));
});

describe('one operand used twice', () => {
  it('adds up the gradients of both uses', () =>
    expectGradient({ op: 'Mul', shapes: [[2, 3]], build: (g, [x]) => g.mul(x as never, g.add(x as never, x as never)) }));
});
