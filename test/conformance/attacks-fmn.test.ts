/** FMN: the closed form on linear models, and medians on LeNet5 beside those published of another attack. */
import { describe, expect, it } from 'vitest';
import { type Case, distances, each } from '../support/linear.ts';
import { expectMedians } from '../support/medians.ts';
import { absent, because } from './attacks-fixtures.ts';

const MINUTES = 60_000;

describe('on linear models', () => {
  // test/accept has 200 of each kind; 100 steps, the default, leave some rows beyond 1.02 in L1.
  it.each([
    ['l2', 'two classes', 2, () => ({})],
    ['l2', 'seven classes, aimed at the nearest', 7, (target: number) => ({ target })],
    ['linf', 'two classes', 2, () => ({})],
    ['linf', 'seven classes, aimed at the nearest', 7, (target: number) => ({ target })],
    ['l1', 'two classes', 2, () => ({ steps: 300 })],
    ['l1', 'seven classes, aimed at the nearest', 7, (target: number) => ({ steps: 300, target })],
  ] as const)(
    'fmn, %s, %s: within 1.02 times the closed form',
    async (norm, _, classes, params) => {
      const ratios: number[] = [];
      await each(200, 4, async (one: Case) => void ratios.push(...(await distances(one, 'fmn', norm, params))), classes);
      expect(Math.min(...ratios)).toBeGreaterThan(0.999);
      expect(Math.max(...ratios)).toBeLessThanOrEqual(1.02);
    },
    3 * MINUTES,
  );
});

describe.skipIf(absent)(`LeNet5 of advertorch${because}`, () => {
  it.each(['fmn linf', 'fmn l2', 'fmn l1'] as const)(
    '%s, clean network: no farther than what was published of FAB, as far as 30 images tell',
    (what) => expectMedians('clntrained', what, 30),
    MINUTES,
  );
});
