import { describe, expect, test } from 'vitest';
import {
  allDistances,
  bytes,
  compactCount,
  confidence,
  countOf,
  dateTime,
  decimalsFor,
  interval,
  percent,
  seconds,
  significantDown,
  size,
} from './format.ts';
import { proportionOf } from './testing/proportion-of.ts';
import { sampleModel } from './testing/sample-result.ts';

const p = (count: number, n: number, low = 0, high = 1) => ({ value: n > 0 ? count / n : 0, count, n, low, high });

describe('percentages', () => {
  test.each([
    [p(932, 1000), '93.2 %'],
    [p(29, 30), '97 %'],
    [p(50, 100), '50 %'],
    [p(0, 200), '0.0 %'],
    [p(200, 200), '100.0 %'],
    [p(9999, 10000), '>99.9 %'],
    [p(1, 10000), '<0.1 %'],
    [p(0, 0), 'no data'],
  ])('%j is %s', (value, text) => expect(percent(value)).toBe(text));

  test('decimals follow the sample', () => expect([20, 100, 101, 10_000].map(decimalsFor)).toEqual([0, 0, 1, 1]));

  test('a confidence is never rounded up to certainty', () => {
    expect(confidence(0.993)).toBe('99.3 %');
    expect(confidence(0.99999)).toBe('>99.9 %');
    expect(confidence(1)).toBe('100.0 %');
    expect(confidence(null)).toBeNull();
  });
});

describe('intervals', () => {
  test('are rounded outwards', () => {
    expect(interval(p(186, 200, 0.88554, 0.96141))).toBe('88.5–96.2 %');
    expect(interval(p(29, 30, 0.8278, 0.9992))).toBe('82–100 %');
  });
  test('keep ends that need no rounding', () => expect(interval(p(14, 200, 0.07, 0.29))).toBe('7.0–29.0 %'));
  test('say their sample', () => expect(countOf(p(932, 1000))).toBe('932 of 1,000'));
});

describe('sizes of changes', () => {
  const { threat } = sampleModel({ epsilon: 8 / 255, epsilonText: '8/255 (0.0314)', pictures: 0 });
  test('follow the way epsilon was given', () => {
    expect(size(8 / 255, threat)).toBe('8/255');
    expect(size(0.3, { ...threat, epsilonText: '0.3' })).toBe('0.3');
    expect(size(0.5, { ...threat, norm: 'l2' })).toBe('0.5');
  });
  test('name every norm', () => {
    const names = allDistances({ l0: 12, l1: 1.5, l2: 0.25, linf: 4 / 255, ssim: null }, threat);
    expect(names).toEqual([
      ['L∞', '4/255'],
      ['L₂', '0.25'],
      ['L₁', '1.5'],
      ['L₀', '12'],
    ]);
  });
});

test('counts, bytes, seconds and dates are short', () => {
  expect([999, 9999, 12_345, 999_600, 2.5e6, 1.26e9].map(compactCount)).toEqual(['999', '9,999', '12.3k', '1.0M', '2.5M', '1.3G']);
  expect([12, 1500, 1_724_310].map(bytes)).toEqual(['12 B', '1.5 kB', '1.72 MB']);
  expect([0.42, 3.06, 71.2, 125.4].map(seconds)).toEqual(['0.42 s', '3.1 s', '71 s', '2 min 5 s']);
  expect(dateTime('2026-07-30T14:05:11.000Z')).toBe('30 July 2026, 14:05 UTC');
  expect(dateTime('yesterday')).toBe('yesterday');
});

test('the made-up proportions of other tests hold their value', () => {
  const made = proportionOf(7, 40);
  expect(made.low).toBeLessThan(made.value);
  expect(made.high).toBeGreaterThan(made.value);
});

describe('what is proved', () => {
  test.each([
    [0.03139, '0.0313'],
    [0.0319999, '0.0319'],
    [1.999, '1.99'],
    [999.9, '999'],
    [Math.fround(0.1), '0.1'],
    [Math.fround(8 / 255) * 255, '8'],
    [Math.fround(2 / 255) * 255, '2'],
    [0, '0'],
  ])('%d reads %s', (value, text) => expect(significantDown(value)).toBe(text));

  test('is never said to be more than it is', () => {
    for (let i = 1; i < 1000; i++) {
      const value = Math.exp(i / 50 - 12);
      expect(Number(significantDown(value))).toBeLessThanOrEqual(value * (1 + 1e-6));
      expect(Number(significantDown(value))).toBeGreaterThan(value * 0.99);
    }
  });
});
