/** Points against which certificates are tried out lie in the ball and in the range without any tolerance; the set for bounds is never smaller than the ball. */
import { describe, expect, it } from 'vitest';
import { keyedRng } from '../../rng/rng.ts';
import { INPUT } from '../graphs/model-network.ts';
import { pointsInside } from './inside.ts';
import { domainAround, winsGoals } from './sample.ts';

const x = Float32Array.from({ length: 40 }, (_, i) => (i % 11) / 10);
const range = [0, 1, Array.from({ length: 40 }, (_, i) => i !== 3)] as const;

describe.each(['linf', 'l2', 'l1'] as const)('%s', (norm) => {
  const epsilon = 0.07;
  const points = pointsInside(x, { norm, epsilon, range }, { rng: keyedRng(0, 'test', norm), count: 20 });

  it('every point lies inside, and the corners at the edge', () => {
    for (const [i, point] of points.entries()) {
      const moved = [...point].map((value, k) => Math.abs(value - (x[k] as number)));
      const sum = moved.reduce((total, one) => total + (norm === 'l2' ? one * one : one), 0);
      const distance = norm === 'linf' ? Math.max(...moved) : norm === 'l2' ? Math.sqrt(sum) : sum;
      expect(distance).toBeLessThanOrEqual(epsilon);
      expect(moved[3]).toBe(0);
      expect(point.every((value) => value >= 0 && value <= 1)).toBe(true);
      if (norm === 'linf' && i < 20) expect(distance).toBeGreaterThan(0.99 * epsilon);
    }
  });

  it('the set for bounds holds them, and no frozen element moves', () => {
    const { lower, upper } = domainAround(x, { norm, epsilon, range });
    const [low, high] = [lower.get(INPUT) as Float32Array, upper.get(INPUT) as Float32Array];
    for (const [k, value] of x.entries()) {
      expect(low[k]).toBeLessThanOrEqual(k === 3 ? value : Math.max(0, value - epsilon));
      expect(high[k]).toBeGreaterThanOrEqual(k === 3 ? value : Math.min(1, value + epsilon));
      expect((high[k] as number) - (low[k] as number)).toBeLessThan(2 * epsilon + 1e-6);
    }
    expect([low[3], high[3]]).toEqual([x[3], x[3]]);
  });
});

it('behind a softmax, scores must differ by more than float32 probabilities blur', () => {
  const offsets = (logits: string): number[] => winsGoals(1, 3, { output: 'p', logits }).map((goal) => goal.offsets[0] as number);
  expect(offsets('p')).toEqual([0, 0]);
  expect(Math.min(...offsets('z'))).toBeGreaterThan(2 ** -22);
});

it('a single score decides between two classes by its sign', () => {
  const [goal] = winsGoals(0, 1, { output: 'z', logits: 'z' });
  expect([...(goal?.rows ?? []), ...(goal?.offsets ?? [])]).toEqual([-1, 0]);
});
