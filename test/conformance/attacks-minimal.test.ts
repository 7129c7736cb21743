/** Minimal-norm attacks that follow gradients: the closed form on linear models, and the published medians on LeNet5. */
import { describe, expect, it } from 'vitest';
import { type Case, distances, each } from '../support/linear.ts';
import { expectMedians } from '../support/medians.ts';
import { absent, because } from './attacks-fixtures.ts';

const MINUTES = 60_000;

describe('on linear models', () => {
  // test/accept has 200 of each kind, and what becomes of rows that are not told which class is nearest.
  it.each([
    ['two classes', 2, () => ({ steps: 1000 })],
    ['seven classes, the margin aimed at the nearest', 7, (target: number) => ({ steps: 1000, loss: 'margin', target })],
  ] as const)(
    'ddn, l2, %s: within 1.02 times the closed form',
    async (_, classes, params) => {
      const ratios: number[] = [];
      await each(200, 5, async (one: Case) => void ratios.push(...(await distances(one, 'ddn', 'l2', params))), classes);
      expect(Math.min(...ratios)).toBeGreaterThan(0.999);
      expect(Math.max(...ratios)).toBeLessThanOrEqual(1.02);
    },
    3 * MINUTES,
  );
});

describe('FAB on linear models', () => {
  // Not told which class is nearest. The result lies up to the overshoot, 1.05, beyond the border; steps back towards the original bring it closer.
  it.each(['linf', 'l2', 'l1'] as const)(
    'fab, %s: within 1.02 times the closed form',
    async (norm) => {
      const ratios: number[] = [];
      await each(200, 5, async (one: Case) => void ratios.push(...(await distances(one, 'fab', norm, () => ({})))));
      expect(Math.min(...ratios)).toBeGreaterThan(0.999);
      expect(Math.max(...ratios)).toBeLessThanOrEqual(1.02);
    },
    MINUTES,
  );

  it('fab-targeted, all classes in turn: finds what fab finds', async () => {
    const ratios: number[] = [];
    await each(200, 3, async (one: Case) => void ratios.push(...(await distances(one, 'fab-targeted', 'l2', () => ({})))));
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1.02);
  });
});

describe.skipIf(absent)(`LeNet5 of advertorch${because}`, () => {
  // On 30 of the 10 000 images the median is a sample: test/accept has 1000 of them.
  it('ddn, clean network: the published median, as far as 30 images tell', () => expectMedians('clntrained', 'ddn', 30), 3 * MINUTES);
  it.each(['fab linf', 'fab l2', 'fab l1'] as const)(
    '%s, clean network: the published median, as far as 30 images tell',
    (what) => expectMedians('clntrained', what, 30),
    3 * MINUTES,
  );
});
