/** A model that answers one class has no skill, readings are told apart by the samples where they differ, and rare readings must convince. */
import { describe, expect, it } from 'vitest';
import { type Answers, chanceOf, judgeFit, luckOf } from './fit.ts';

const times = <T>(n: number, value: T): T[] => Array<T>(n).fill(value);
const answers = (predicted: readonly number[], labels: readonly number[]): Answers => ({
  predicted,
  correct: predicted.filter((label, i) => label === labels[i]).length,
});

describe('chanceOf', () => {
  it('is the share of the majority class for a model that always answers it', () => {
    expect(chanceOf([...times(95, 0), ...times(5, 1)], times(100, 0), 2)).toBeCloseTo(0.95, 12);
  });
  it('is never below even guessing', () => {
    expect(chanceOf([0, 1, 2, 3], [3, 3, 3, 3], 4)).toBe(0.25);
  });
  it('compares with even guessing where there is only one label', () => {
    expect(chanceOf(times(40, 14), times(40, 14), 18)).toBeCloseTo(1 / 18, 12);
  });
});

describe('judgeFit', () => {
  const labels = Array.from({ length: 100 }, (_, i) => i % 10);
  const rightOn = (n: number): Answers =>
    answers(
      labels.map((label, i) => (i < n ? label : (label + 1) % 10)),
      labels,
    );
  const judged = (own: Answers, rare = false): string => judgeFit(own, labels, { classes: 10, tried: 8, rare });

  it('knows luck, half-right answers and good ones', () => {
    expect([10, 20, 40, 60, 90].map((n) => judged(rightOn(n)))).toEqual(['chance', 'chance', 'poor', 'good', 'good']);
  });
  it('asks more of a rare reading', () => {
    expect(judged(rightOn(60), true)).toBe('poor');
    expect(judged(rightOn(75), true)).toBe('good');
  });
  it('sees through the majority class', () => {
    const skewed = [...times(95, 0), ...times(5, 1)];
    expect(judgeFit(answers(times(100, 0), skewed), skewed, { classes: 2, tried: 1, rare: false })).toBe('chance');
    expect(judgeFit(answers(skewed, skewed), skewed, { classes: 2, tried: 1, rare: false })).toBe('good');
    const even = Array.from({ length: 100 }, (_, i) => i % 2);
    expect(judgeFit(answers(even, even), even, { classes: 2, tried: 1, rare: false })).toBe('good');
  });
  it('expects less where there are a thousand classes', () => {
    const wide = Array.from({ length: 20 }, (_, i) => 37 * i);
    const half = wide.map((label, i) => (i < 10 ? label : label + 1));
    expect(judgeFit(answers(half, wide), wide, { classes: 1000, tried: 20, rare: false })).toBe('good');
  });
});

describe('luckOf', () => {
  const labels = times(100, 1);
  const miss = (n: number): Answers =>
    answers(
      labels.map((label, i) => (i < n ? 0 : label)),
      labels,
    );
  it('is the sign test on the samples that only one gets right', () => {
    expect(luckOf(miss(0), miss(0), labels)).toBe(1);
    expect(luckOf(miss(0), miss(3), labels)).toBeCloseTo(1 / 8, 12);
    expect(luckOf(miss(0), miss(10), labels)).toBeCloseTo(2 ** -10, 12);
  });
});
