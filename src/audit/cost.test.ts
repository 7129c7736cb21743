/** The most that an attack may cost, against what attacks report of themselves on models that never fall. */
import { expect, it } from 'vitest';
import { costOf, type Size } from './cost.ts';

const size: Size = { classes: 10, norm: 'linf', epsilon: { value: 0.3 }, numbers: 784 };

it.each<[string, Record<string, unknown>, number, number]>([
  ['pgd', { restarts: 5 }, 200, 200],
  ['pgd', { steps: 20, loss: 'margin' }, 20, 20],
  ['fgsm', {}, 1, 1],
  ['uniform-noise', { repeats: 100 }, 100, 0],
  ['hop-skip-jump', {}, 10_000, 0],
  ['square', { maxQueries: 50 }, 50, 0],
  ['apgd', {}, 101, 101],
  ['fab', { restarts: 2 }, 400, 1800],
  ['fab-targeted', { goals: 20 }, 1800, 900],
  ['auto', {}, 101 + 909 + 1800 + 5000, 101 + 909 + 900],
])('%s %j', (id, params, queries, gradients) => {
  expect(costOf({ id, params }, size)).toEqual({ queries, gradients });
});

it('counts every draw of random layers, of whoever follows gradients', () => {
  expect(costOf({ id: 'pgd', params: {} }, { ...size, draws: 20 })).toEqual({ queries: 800, gradients: 800 });
  expect(costOf({ id: 'hop-skip-jump', params: {} }, { ...size, draws: 20 })).toEqual({ queries: 10_000, gradients: 0 });
});

it('knows what Auto-PGD looks at in L1: the first point of each of three balls as well, towards five classes', () => {
  const inL1: Size = { ...size, norm: 'l1', epsilon: { value: 12 } };
  expect(costOf({ id: 'apgd', params: {} }, inL1).gradients).toBe(103);
  expect(costOf({ id: 'apgd', params: { largerFirst: false } }, inL1).gradients).toBe(101);
  expect(costOf({ id: 'apgd-targeted', params: {} }, inL1).gradients).toBe(5 * 103);
});

it('counts every place and character of a text for every edit', () => {
  const text: Size = { classes: 2, norm: 'edits', epsilon: { value: 2 }, numbers: 10 };
  expect(costOf({ id: 'charmer', params: { positions: 5 } }, text)).toEqual({ queries: 2 * (21 + 5 * 96), gradients: 0 });
  expect(costOf({ id: 'charmer', params: { positions: 5, maxQueries: 70 } }, text).queries).toBe(70);
});

it('knows what is asked once for all examples: 150 rows doubled five times', () => {
  expect(costOf({ id: 'substitute', params: {} }, size)).toEqual({ queries: 0, gradients: 0, training: 4800 });
});
