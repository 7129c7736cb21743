/** Which node a gradient ends at, on hand-made accounts of a model's inside. */
import { describe, expect, it } from 'vitest';
import type { Passage } from '../../model/anatomy.ts';
import { deadEnds, namesOf, overflows, roundings } from './culprits.ts';

const passage = (
  name: string,
  from: string,
  slopeIn: number | null,
  slopeOut: number | null,
  distortion: number | null = null,
): Passage => ({
  op: 'Op',
  name,
  inputs: [from],
  outputs: [`${name}:out`],
  value: 1,
  slopeIn,
  slopeOut,
  distortion,
});

describe('deadEnds', () => {
  it('names the node that a derivative reaches and does not pass', () => {
    const seen = [passage('a', 'x', 0, 0), passage('b', 'a:out', 0, 0.5), passage('c', 'b:out', 0.5, 1)];
    expect(deadEnds([seen, seen]).map(({ name }) => name)).toEqual(['b']);
  });
  it('does not name a node behind which the derivative goes on by another way', () => {
    // Integers inside a quantised layer have no derivative of their own; the floats before them have.
    const seen = [passage('quantise', 'x', 0.5, 0.5), passage('dequantise', 'quantise:out', 0, 0.5)];
    expect(deadEnds([seen])).toEqual([]);
  });
  it('names the comparison whose result a cast hands over', () => {
    const seen = [passage('compare', 'x', 0, 0), { ...passage('cast', 'compare:out', 0, 0.5), op: 'Cast' }];
    expect(deadEnds([seen]).map(({ name }) => name)).toEqual(['compare']);
  });
  it('takes what most examples saw', () => {
    const dead = [passage('a', 'x', 0, 1)];
    const alive = [passage('a', 'x', 1, 1)];
    expect([deadEnds([dead, dead, alive]).length, deadEnds([dead, alive, alive]).length]).toEqual([1, 0]);
  });
});

it('overflows names the node that makes a finite derivative infinite', () => {
  const seen = [passage('square', 'x', null, null), passage('root', 'square:out', null, 1), passage('dense', 'root:out', 1, 1)];
  expect(overflows([seen]).map(({ name }) => name)).toEqual(['root']);
});

it('roundings tells levels by the middle example, the coarsest first', () => {
  const seen = (fine: number, coarse: number): Passage[] => [passage('fine', 'x', 1, 1, fine), passage('coarse', 'fine:out', 1, 1, coarse)];
  const found = roundings([seen(1 / 256 ** 2, 1 / 4 ** 2), seen(1 / 256 ** 2, 1 / 4 ** 2), seen(1, 1)]);
  expect(found.map(({ name, levels }) => [name, levels])).toEqual([
    ['coarse', 4],
    ['fine', 256],
  ]);
});

it('namesOf counts what it leaves out', () => {
  expect(namesOf(['a', 'b', 'c', 'd', 'e'].map((name) => passage(name, 'x', 1, 1)))).toBe('Op a, Op b, Op c and 2 more');
});
