/** The verdict does not flatter: what was hardly tried, or failed, is undecided; broken stays broken. */
import { describe, expect, it } from 'vitest';
import { proportion } from '../stats/proportion.ts';
import { type Evidence, findingsOf, headlineOf, type Pressure, verdictOf } from './verdict.ts';

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
  it.each(['noise', 'incomplete', 'nan', 'again', 'random'] as const)('%s never makes a model robust or fragile', (pressure) => {
    expect([of(100, 100, pressure), of(40, 100, pressure), of(0, 100, pressure)]).toEqual(['undecided', 'undecided', 'broken']);
  });
  it('says nothing of a model whose decisions are often drawn by lot, not even that it is broken', () => {
    expect([of(100, 100, 'fickle'), of(0, 100, 'fickle')]).toEqual(['undecided', 'undecided']);
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
  expect(say('noise', 50)).toContain('stronger than random noise');
  expect(say('incomplete', 50)).toContain('failed');
  expect(say('nan', 50)).toContain('NaN');
  expect(say('again', 50)).toContain('harder attacks on a part');
  expect(say('random', 50)).toContain('from call to call');
  expect(say('full', 0)).toContain('nothing to attack');
});

it('does not say that decisions change where none did', () => {
  const evidence = (standing: number, verdict: Evidence['summary']['verdict']): Evidence => {
    const shares = {
      cleanAccuracy: proportion(50, 50),
      robustAccuracy: proportion(standing, 50),
      robustAccuracy8bit: null,
      noiseAccuracy: null,
    };
    const empty = { attacks: [], samples: [], unsupported: [], masked: [], rivals: [], failures: [], undecided: 0 };
    const none = { slopes: { zero: 0, notFinite: 0, n: 0 }, missedByGradients: { count: 0, n: 0 } };
    return { summary: { ...shares, verdict }, epsilon: '0.3', ...empty, ...none };
  };
  const [open] = findingsOf(evidence(50, 'undecided'));
  expect(open).toMatchObject({ id: 'evasion', severity: 'info', title: 'Whether small perturbations change its decision is open' });
  const [some] = findingsOf(evidence(40, 'undecided'));
  expect(some).toMatchObject({ id: 'evasion', severity: 'medium', title: 'Small perturbations change its decision' });
});
