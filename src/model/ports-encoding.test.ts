/** Values come back from their elements as they stand in the file, and the inputs get them in their own types. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EncodedColumn, elementOf, numberOf, type PortsEncoding, portsEncoder } from './ports-encoding.ts';

const column = (more: Partial<EncodedColumn> = {}): EncodedColumn => ({
  name: 'c',
  scale: 1,
  offset: 0,
  low: 0,
  high: 1,
  whole: false,
  movable: true,
  ...more,
});

describe('numberOf', () => {
  it('gives back every decimal of up to six digits, whatever the column’s scale', () => {
    const decimal = fc
      .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: -6, max: 4 }))
      .map(([digits, power]) => Number(`${digits}e${power}`));
    const scale = fc.double({ min: 1e-4, max: 1e5, noNaN: true });
    fc.assert(fc.property(decimal, scale, (value, s) => numberOf(elementOf(value, column({ scale: s })), column({ scale: s })) === value));
  });

  it('gives back every whole number that a float32 holds, also far from 0 with an offset', () => {
    const cases = fc.record({
      value: fc.integer({ min: -(2 ** 22), max: 2 ** 22 }),
      scale: fc.double({ min: 0.1, max: 1e5, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ value, scale }) => {
        const plain = column({ scale, whole: true });
        const far = column({ scale, whole: true, offset: 1.7e12 });
        expect(numberOf(elementOf(value, plain), plain)).toBe(value);
        expect(numberOf(elementOf(1.7e12 + value, far), far)).toBe(1.7e12 + value);
      }),
    );
  });

  it('stays within half a step of float32 for any other value', () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, min: Math.fround(1e-3), max: 1e6 }),
        fc.double({ min: 1e-2, max: 1e4, noNaN: true }),
        (value, scale) => {
          const found = numberOf(elementOf(value, column({ scale })), column({ scale }));
          // An element is a float32: it is off by at most 2⁻²⁴ of itself, and so is the number of the fewest digits that has the same element.
          expect(Math.abs(found - value)).toBeLessThanOrEqual(2 ** -23 * Math.abs(value));
        },
      ),
    );
  });
});

describe('portsEncoder', () => {
  it('feeds each input its elements, in its type and shape', () => {
    const encoding: PortsEncoding = {
      kind: 'ports',
      columns: [
        column({ scale: 13.7, whole: true }),
        column({ categories: ['own', 'rent'], whole: true, movable: false }),
        column({ scale: 0.3 }),
        column({ scale: 2, offset: 5 }),
      ],
      ports: [
        { name: 'age', type: 'int64', shape: [1], from: 0, count: 1 },
        { name: 'housing', type: 'string', shape: [], from: 1, count: 1 },
        { name: 'rest', type: 'float32', shape: [2], from: 2, count: 2 },
      ],
      groups: [],
      certain: true,
    };
    const row = (age: number, housing: number, a: number, b: number): Float32Array =>
      Float32Array.of(age / 13.7, housing, a / 0.3, (b - 5) / 2);
    expect(portsEncoder(encoding)([row(39, 1, 0.1, 7), row(50, 0, 0.7, 5)])).toEqual({
      age: { type: 'int64', shape: [2, 1], data: BigInt64Array.of(39n, 50n) },
      housing: { type: 'string', shape: [2], data: ['rent', 'own'] },
      rest: { type: 'float32', shape: [2, 2], data: Float32Array.of(0.1, 7, 0.7, 5) },
    });
  });
});
