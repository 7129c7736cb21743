/** Gradients of the element-wise operators, of random shapes. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Case, expectGradients, spread } from '../../test/support/expect-gradient.ts';
import { type Attributes, float } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 });

/** Values of `spread` mapped into the operator's domain, away from its kinks. */
const within = (dims: readonly number[], map: (x: number) => number, lane = 0): number[] => spread(sizeOf(dims), 3 + lane, lane).map(map);

const one = (op: string, map: (x: number) => number, attributes: fc.Arbitrary<Attributes> = fc.constant({})): fc.Arbitrary<Case> =>
  fc
    .record({ dims: shape, attributes })
    .map(({ dims, attributes: given }) => ({ op, attributes: given, shapes: [dims], values: [within(dims, map)] }));

const keep = (x: number): number => x;
const positive = (x: number): number => Math.abs(x) + 0.3;
const alpha = fc.double({ min: 0.01, max: 0.9, noNaN: true }).map((value) => ({ alpha: float(Math.fround(value)) }));
/** The ramp's corners stand at ±2.5 for the defaults; outside of it lies half of 3x. */
const ramp = fc.constantFrom<Attributes>({}, { alpha: float(0.25), beta: float(0.5) }, { alpha: float(0.5), beta: float(0.125) });

describe.each([
  ['Abs', one('Abs', keep)],
  ['Atan', one('Atan', (x) => 3 * x)],
  ['Cos', one('Cos', keep)],
  ['Erf', one('Erf', keep)],
  ['Exp', one('Exp', keep)],
  ['HardSigmoid', one('HardSigmoid', (x) => 2.1 * x + 0.011, ramp)],
  ['Identity', one('Identity', keep)],
  ['LeakyRelu', one('LeakyRelu', keep, alpha)],
  ['Log', one('Log', positive)],
  ['Neg', one('Neg', keep)],
  ['Reciprocal', one('Reciprocal', (x) => x + 0.5 * Math.sign(x))],
  ['Relu', one('Relu', keep)],
  ['Sigmoid', one('Sigmoid', (x) => 3 * x)],
  ['Sin', one('Sin', keep)],
  ['Softplus', one('Softplus', (x) => 4 * x)],
  ['Sqrt', one('Sqrt', positive)],
  ['Tanh', one('Tanh', keep)],
])('%s', (_, cases) => {
  it('has the gradient that central differences give', () => expectGradients(cases));
});
