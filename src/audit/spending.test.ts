import { describe, expect, it } from 'vitest';
import { createSpending, slices } from './spending.ts';

describe('a budget', () => {
  it('is over when what it counts is used up', () => {
    const spending = createSpending({ queries: 100, gradients: 50 });
    spending.add({ queries: 99, gradients: 49 });
    expect(spending.over()).toBeUndefined();
    spending.add({ queries: 1, gradients: 0 });
    expect(spending.over()).toBe('100 queries');
    const other = createSpending({ gradients: 50 });
    other.add({ queries: 1e6, gradients: 50 });
    expect(other.over()).toBe('50 gradients');
  });

  it('of time is over when it is late, and then refuses more work', () => {
    let now = 0;
    const spending = createSpending({ seconds: 2 }, () => now);
    now = 1999;
    expect(spending.over()).toBeUndefined();
    spending.assertTime();
    now = 2000;
    expect(spending.over()).toBe('2 seconds');
    expect(() => spending.assertTime()).toThrow(/2 seconds/);
  });

  it('that nobody set is never over, and cuts nothing', () => {
    const spending = createSpending();
    spending.add({ queries: 1e12, gradients: 1e12 });
    expect(spending.over()).toBeUndefined();
    expect(slices([1, 2, 3], spending)).toEqual([[1, 2, 3]]);
  });

  it('is looked at after every 64 rows', () => {
    const rows = Array.from({ length: 130 }, (_, i) => i);
    const parts = slices(rows, createSpending({ queries: 1 }));
    expect(parts.map(({ length }) => length)).toEqual([64, 64, 2]);
    expect(parts.flat()).toEqual(rows);
  });
});
