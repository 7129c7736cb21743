import { gzipSync as deflated } from 'node:zlib';
import fc from 'fast-check';
import { gzipSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../../base/errors.ts';
import { float32Box, holds, type Property } from './property.ts';
import { readVnnlib } from './vnnlib.ts';

const declared = (inputs: number, outputs: number): string =>
  [
    ...Array.from({ length: inputs }, (_, i) => `(declare-const X_${i} Real)`),
    ...Array.from({ length: outputs }, (_, i) => `(declare-const Y_${i} Real)`),
  ].join('\n');
const unitBox = (inputs: number): string => Array.from({ length: inputs }, (_, i) => `(assert (<= -2 X_${i} 2))`).join('\n');
const read = (text: string): Property => readVnnlib(strToU8(text));
const boxes = ({ cases }: Property): number[][][] => cases.map(({ box }) => [[...box.lower], [...box.upper]]);

function violates({ cases }: Property, x: readonly number[], y: readonly number[]): boolean {
  return cases.some(
    ({ box, violations }) =>
      x.every((value, i) => value >= (box.lower[i] as number) && value <= (box.upper[i] as number)) &&
      violations.some((conjunction) => conjunction.every((one) => holds(one, x, y))),
  );
}

describe('forms of VNN-LIB', () => {
  it('plain asserts are a conjunction: one box, one violation', () => {
    const property = read(`; a comment (with brackets
      ${declared(2, 2)}
      (assert (>= X_0 -1e0)) (assert (<= X_0 +1.5E-1)) (assert (and (>= X_1 .5) (<= X_1 2.)))
      (assert (<= Y_0 Y_1)) ; of the outputs
      (assert (>= Y_0 3.25))`);
    expect(property).toMatchObject({ inputs: 2, outputs: 2 });
    expect(boxes(property)).toEqual([
      [
        [-1, 0.5],
        [0.15, 2],
      ],
    ]);
    expect(property.cases[0]?.violations).toEqual([
      [
        {
          inputs: [],
          outputs: [
            { index: 0, weight: 1 },
            { index: 1, weight: -1 },
          ],
          bound: 0,
          strict: false,
        },
        { inputs: [], outputs: [{ index: 0, weight: -1 }], bound: -3.25, strict: false },
      ],
    ]);
  });

  it('boxes inside an or: one case for each box, also where the outputs have an or of their own', () => {
    const property = read(`${declared(1, 3)}
      (assert (or (and (>= X_0 0) (<= X_0 1)) (and (>= X_0 2) (<= X_0 3))))
      (assert (or (and (<= Y_1 Y_0)) (and (<= Y_2 Y_0))))`);
    expect(boxes(property)).toEqual([
      [[0], [1]],
      [[2], [3]],
    ]);
    expect(property.cases.map(({ violations }) => violations.length)).toEqual([2, 2]);
  });

  it('inputs and outputs in one or, narrowed by the box around', () => {
    const property = read(`${declared(2, 2)} ${unitBox(2)}
      (assert (or (and (<= X_0 0.5) (>= Y_0 Y_1)) (and (<= X_1 9) (<= Y_0 1.0))))`);
    expect(boxes(property)).toEqual([
      [
        [-2, -2],
        [0.5, 2],
      ],
      [
        [-2, -2],
        [2, 2],
      ],
    ]);
  });

  it('arithmetic with numbers: multiples, sums, differences and quotients', () => {
    const property = read(`${declared(2, 2)}
      (assert (>= (* X_0 2) 0)) (assert (>= (* (- 2) X_0) (- 2))) (assert (<= (* 0 X_0) 1000))
      (assert (>= (- X_1 1) 1)) (assert (<= (/ X_1 (/ 3 2)) 2))
      (assert (<= (+ Y_0 (* 2 (- Y_1 Y_0 1))) 1))`);
    expect(boxes(property)).toEqual([
      [
        [0, 2],
        [1, 3],
      ],
    ]);
    expect(property.cases[0]?.violations).toEqual([
      [
        {
          inputs: [],
          outputs: [
            { index: 0, weight: -1 },
            { index: 1, weight: 2 },
          ],
          bound: 3,
          strict: false,
        },
      ],
    ]);
  });

  it('an input set that nothing fulfils leaves no case, and what is always true says nothing', () => {
    expect(read(`${declared(1, 1)} (assert (<= 1 X_0 0)) (assert (>= Y_0 0))`).cases).toEqual([]);
    expect(read(`${declared(1, 1)} (assert (<= 0 X_0 1)) (assert (>= 1 2))`).cases).toEqual([]);
    expect(read(`${declared(1, 1)} (assert (<= 0 X_0 1)) (assert (>= Y_0 Y_0))`).cases[0]?.violations).toEqual([[]]);
  });

  it('solver commands are passed over, and functions without parameters are constants', () => {
    const property = read(
      '(set-logic QF_LRA)(set-info :source |a (b|)(declare-fun X_0 () Real)(declare-const Y_0 Real)(assert (= X_0 0.1))(check-sat)',
    );
    expect(boxes(property)).toEqual([[[0.1], [0.1]]]);
  });

  it('gzip is unpacked', () => {
    const text = `${declared(1, 1)} (assert (<= 0 X_0 1)) (assert (>= Y_0 0))`;
    expect(readVnnlib(gzipSync(strToU8(text)))).toEqual(read(text));
  });

  it('strict bounds of inputs leave their end out', () => {
    const property = read(`${declared(1, 1)} (assert (<= 0 X_0)) (assert (< X_0 1)) (assert (>= Y_0 0))`);
    expect(boxes(property)).toEqual([[[0], [1]]]);
    expect([0, 0.5, 1].map((x) => violates(property, [x], [1]))).toEqual([true, true, false]);
  });

  it('the box of a model with float32 inputs holds the written bounds and the float32 next to them', () => {
    const { lower, upper } = float32Box({ lower: Float64Array.of(0.1, 0.3, 0.5), upper: Float64Array.of(0.1, 0.7, 0.5) });
    expect([...lower]).toEqual([0.1, 0.3, 0.5]);
    expect([...upper]).toEqual([Math.fround(0.1), 0.7, 0.5]);
    expect(lower[1]).toBeLessThan(Math.fround(0.3));
    expect(Math.fround(0.7)).toBeLessThan(0.7);
  });
});

describe('against the meaning of the formula itself', () => {
  type Formula = string | readonly [string, ...Formula[]];
  const text = (formula: Formula): string => (typeof formula === 'string' ? formula : `(${formula.map(text).join(' ')})`);
  const names = ['X_0', 'X_1', 'Y_0', 'Y_1'];
  const leaf = fc.oneof(fc.constantFrom(...names), fc.integer({ min: -3, max: 3 }).map(String));
  const term: fc.Arbitrary<Formula> = fc.oneof(
    leaf,
    fc.tuple(fc.constantFrom('+', '-'), leaf, leaf),
    fc.tuple(fc.constant('-'), leaf),
    fc.tuple(fc.constant('*'), fc.integer({ min: -2, max: 2 }).map(String), leaf),
    fc.tuple(fc.constant('/'), leaf, fc.constantFrom('2', '-4')),
  );
  const compared = fc.tuple(fc.constantFrom('<=', '>=', '<', '>', '='), term, term);
  const formulas = fc.letrec<{ formula: Formula }>((tie) => ({
    formula: fc.oneof(
      { maxDepth: 3 },
      compared,
      fc.tuple(fc.constantFrom('and', 'or', '=>'), tie('formula'), tie('formula')),
      fc.tuple(fc.constant('not'), tie('formula')),
      fc.tuple(fc.constantFrom('and', 'or'), tie('formula'), tie('formula'), tie('formula')),
    ),
  })).formula;

  function value(formula: Formula, at: Readonly<Record<string, number>>): number {
    if (typeof formula === 'string') return at[formula] ?? Number(formula);
    const [operator, ...parts] = formula;
    const [a, b] = parts.map((part) => value(part, at)) as [number, number];
    return { '+': a + b, '-': parts.length === 1 ? -a : a - b, '*': a * b, '/': a / b }[operator as '+'];
  }
  function truth(formula: Formula, at: Readonly<Record<string, number>>): boolean {
    const [operator, ...parts] = formula as readonly [string, ...Formula[]];
    if (operator === 'and') return parts.every((part) => truth(part, at));
    if (operator === 'or') return parts.some((part) => truth(part, at));
    if (operator === 'not') return !truth(parts[0] as Formula, at);
    if (operator === '=>') return !truth(parts[0] as Formula, at) || truth(parts[1] as Formula, at);
    const [a, b] = parts.map((part) => value(part, at)) as [number, number];
    return { '<=': a <= b, '>=': a >= b, '<': a < b, '>': a > b, '=': a === b }[operator as '<='];
  }

  // Quarters, and quotients by 2 and 4, are exact: on the border, too, both ways must agree.
  const quarter = fc.integer({ min: -9, max: 9 }).map((n) => n / 4);
  it('agrees at every point, on random formulas of inputs and outputs', () => {
    fc.assert(
      fc.property(
        fc.array(formulas, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(quarter, quarter, quarter, quarter), { minLength: 12 }),
        (asserted, points) => {
          const property = read(`${declared(2, 2)} ${unitBox(2)} ${asserted.map((one) => `(assert ${text(one)})`).join('\n')}`);
          for (const [x0, x1, y0, y1] of points) {
            const inside = Math.abs(x0) <= 2 && Math.abs(x1) <= 2;
            const meant = inside && asserted.every((one) => truth(one, { X_0: x0, X_1: x1, Y_0: y0, Y_1: y1 }));
            expect(violates(property, [x0, x1], [y0, y1])).toBe(meant);
          }
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });
});

describe('what cannot be read is refused, with its line', () => {
  const deep = `${'('.repeat(100_000)}`;
  const wide = `${declared(1, 1)} ${'(assert (or (>= Y_0 1) (<= Y_0 0) (= Y_0 0.5)))'.repeat(40)}`;
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['deep nesting', `(assert ${deep}`, 'E_PROPERTY_UNREADABLE', 'nest'],
    ['a bracket too many', '(declare-const X_0 Real))', 'E_PROPERTY_UNREADABLE', 'no opening one'],
    ['a bracket that is missing', '\n(declare-const X_0 Real', 'E_PROPERTY_UNREADABLE', 'line 2'],
    ['words outside of commands', 'sat', 'E_PROPERTY_UNREADABLE', 'outside'],
    ['no declarations', '; nothing', 'E_PROPERTY_UNREADABLE', 'no inputs'],
    ['a gap in the numbers', '(declare-const X_1 Real)(declare-const Y_0 Real)', 'E_PROPERTY_UNREADABLE', 'X_0 is not declared'],
    ['two declarations', `${declared(1, 1)}(declare-const X_0 Real)`, 'E_PROPERTY_UNREADABLE', 'twice'],
    ['an undeclared variable', `${declared(1, 1)}\n(assert (>= X_7 0))`, 'E_PROPERTY_UNREADABLE', 'line 3: X_7 is not declared'],
    [
      'a number beyond double precision',
      `${declared(1, 1)}(assert (>= X_0 1e999))`,
      'E_PROPERTY_UNREADABLE',
      '1e999 is not a finite number',
    ],
    ['NaN', `${declared(1, 1)}(assert (>= X_0 NaN))`, 'E_PROPERTY_UNREADABLE', 'neither a number'],
    ['division by zero', `${declared(1, 1)}(assert (>= (/ X_0 0) 1))`, 'E_PROPERTY_UNREADABLE', 'by zero'],
    ['wrong arity', `${declared(1, 1)}(assert (>= X_0))`, 'E_PROPERTY_UNREADABLE', 'compares one term'],
    ['two formulas', `${declared(1, 1)}(assert (>= X_0 0) (<= X_0 1))`, 'E_PROPERTY_UNREADABLE', 'one formula'],
    ['an unknown command', `${declared(1, 1)}(declare-sore X_1 2)`, 'E_PROPERTY_UNREADABLE', 'no command (declare-sore'],
    ['control characters', `${declared(1, 1)}(\u001b[31m)`, 'E_PROPERTY_UNREADABLE', 'no command (?[31m'],
    ['a product of variables', `${declared(1, 1)}(assert (>= (* X_0 Y_0) 0))`, 'E_PROPERTY_UNSUPPORTED', 'multiplies variables'],
    ['another connective', `${declared(1, 1)}(assert (xor (>= X_0 0) (<= X_0 1)))`, 'E_PROPERTY_UNSUPPORTED', 'no comparison'],
    ['another sort', '(declare-const X_0 Int)', 'E_PROPERTY_UNSUPPORTED', 'sort Int'],
    ['another name', '(declare-const Z_0 Real)', 'E_PROPERTY_UNSUPPORTED', 'neither an input nor an output'],
    [
      'an input without bound',
      `${declared(2, 1)}(assert (<= 0 X_0 1))(assert (<= X_1 1))`,
      'E_PROPERTY_UNSUPPORTED',
      'X_1 has no lower bound',
    ],
    ['version 2', '(vnnlib-version <2.0>)', 'E_PROPERTY_UNSUPPORTED', 'VNN-LIB 2'],
    ['an explosion of cases', wide, 'E_PROPERTY_UNSUPPORTED', 'cases'],
  ];
  it.each(cases)('%s', (_, text, code, message) => {
    const refused = (): Property => read(text);
    expect(refused).toThrow(GibbonError);
    expect(refused).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) }));
  });

  it('what is no text, or damaged, or unpacks without end', () => {
    const bytes =
      (data: Uint8Array): (() => Property) =>
      () =>
        readVnnlib(data);
    const unreadable = expect.objectContaining({ code: 'E_PROPERTY_UNREADABLE' });
    expect(bytes(Uint8Array.of(0xff, 0xfe, 0x28))).toThrow(unreadable);
    const packed = gzipSync(strToU8(`${declared(1, 1)} (assert (<= 0 X_0 1)) (assert (>= Y_0 0))`));
    expect(bytes(packed.subarray(0, packed.length - 20))).toThrow(unreadable);
    expect(bytes(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255))).toThrow(unreadable);
    expect(bytes(deflated(new Uint8Array(2 ** 26 + 1)))).toThrow(
      expect.objectContaining({ message: expect.stringContaining('more than') }),
    );
  });
});
