/** The verdict does not flatter: what was hardly tried, or failed, is undecided; broken stays broken. */
import { describe, expect, it } from 'vitest';
import { proportion } from '../stats/proportion.ts';
import { headlineOf, type Pressure, verdictOf } from './verdict.ts';

const of = (standing: number, n: number, pressure: Pressure = 'full', correct = n): string =>
  verdictOf(proportion(correct, n), proportion(standing, n), pressure);

describe('verdictOf', () => {
  it.each([
    [0, 100, 'broken'],
    [40, 100, 'fragile'],
    [95, 100, 'robust'],
    [1, 3, 'undecided'],
  ] as const)('%i of %i standing: %s', (standing, n, verdict) => {
    expect(of(standing, n)).toBe(verdict);
  });
  it.each(['noise', 'incomplete', 'nan'] as const)('%s never makes a model robust or fragile', (pressure) => {
    expect([of(100, 100, pressure), of(40, 100, pressure), of(0, 100, pressure)]).toEqual(['undecided', 'undecided', 'broken']);
  });
  it('has nothing to say where nothing is classified correctly', () => {
    expect(of(0, 50, 'full', 0)).toBe('undecided');
  });
});

it('says why it is undecided', () => {
  const say = (pressure: Pressure, count: number): string =>
    headlineOf({
      verdict: 'undecided',
      cleanAccuracy: proportion(count, 50),
      robustAccuracy: proportion(count, 50),
      epsilon: '0.3',
      pressure,
    });
  expect(say('noise', 50)).toContain('random noise only');
  expect(say('incomplete', 50)).toContain('failed');
  expect(say('nan', 50)).toContain('NaN');
  expect(say('full', 0)).toContain('nothing to attack');
});
