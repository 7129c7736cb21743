/** Attacks on random linear models, where the nearest other class has a closed form: below its distance nothing succeeds, just above it everything must. */
import { describe, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import { NORMS } from '../../src/threat/ball.ts';
import { type Case, each, expectClosedForm, left, ROWS } from '../support/linear.ts';
import { attacked, closedForm, standing } from './attacks-fixtures.ts';

const MINUTES = 60_000;

describe('linear models', () => {
  it.each(NORMS)(
    'fgsm, two classes, %s: the closed form to 1 %',
    async (norm) => {
      let [above, below] = [0, 0];
      await each(
        0,
        30,
        async (one) => {
          above += await left(one, 'fgsm', norm, 1.01, () => ({}));
          below += await left(one, 'fgsm', norm, 0.99, () => ({}));
        },
        2,
      );
      expect([above, below]).toEqual([0, 30 * ROWS]);
    },
    2 * MINUTES,
  );

  it.each(['linf', 'l2'] as const)(
    'momentum, two classes, %s: the closed form to 1 %',
    async (norm) => {
      let [above, below] = [0, 0];
      await each(
        0,
        15,
        async (one) => {
          above += await left(one, 'momentum', norm, 1.01, () => ({}));
          below += await left(one, 'momentum', norm, 0.99, () => ({}));
        },
        2,
      );
      expect([above, below]).toEqual([0, 15 * ROWS]);
    },
    2 * MINUTES,
  );

  it('sparse-l1, two classes: the closed form to 1 %', async () => {
    let [above, below] = [0, 0];
    const params = () => ({});
    await each(
      0,
      15,
      async (one) => {
        above += await left(one, 'sparse-l1', 'l1', 1.01, params);
        below += await left(one, 'sparse-l1', 'l1', 0.99, params);
      },
      2,
    );
    expect([above, below]).toEqual([0, 15 * ROWS]);
  });

  it.each(['linf', 'l2', 'l1'] as const)(
    'apgd, two classes, %s: the closed form to 1 %',
    async (norm) => {
      let [above, below] = [0, 0];
      await each(
        0,
        15,
        async (one) => {
          above += await left(one, 'apgd', norm, 1.01, () => ({}));
          below += await left(one, 'apgd', norm, 0.99, () => ({}));
        },
        2,
      );
      expect([above, below]).toEqual([0, 15 * ROWS]);
    },
    2 * MINUTES,
  );

  it.each(['linf', 'l2', 'l1'] as const)(
    'apgd-targeted, many classes, %s: the closed form of the nearest to 1 %',
    async (norm) => {
      let [above, below] = [0, 0];
      await each(
        60,
        3,
        async (one) => {
          above += await left(one, 'apgd-targeted', norm, 1.01, () => ({}));
          below += await left(one, 'apgd-targeted', norm, 0.99, () => ({}));
        },
        7,
      );
      expect([above, below]).toEqual([0, 3 * ROWS]);
    },
    2 * MINUTES,
  );

  // test/accept has 140 of them.
  it.each(NORMS)('pgd, two to ten classes, %s: the closed form to 1 %', (norm) => expectClosedForm(norm, 60, 25), 5 * MINUTES);
});

describe('few steps', () => {
  it.each(['linf', 'l2'] as const)('pgd, two classes, %s: five default steps still cross the ball', async (norm) => {
    let above = 0;
    const few = async (one: Case): Promise<void> => {
      above += await left(one, 'pgd', norm, 1.01, () => ({ steps: 5, randomStart: false }));
    };
    await each(400, 10, few, 2);
    expect(above).toBe(0);
  });
});

describe('hop-skip-jump on linear models', () => {
  /** Distances found, in units of the closed form, in rising order. */
  async function ratios(norm: 'l2' | 'linf', from: number, models: number, classes?: number): Promise<number[]> {
    const found: number[] = [];
    await each(
      from,
      models,
      async ({ model, target, samples }) => {
        const proposals = await attacked('hop-skip-jump', target, samples, { norm, epsilon: 0 });
        expect(await standing(target, samples, proposals)).toBe(0);
        for (const [i, { candidate, queries }] of proposals.entries()) {
          const { x, label } = samples[i] as AttackSample;
          const moves = x.map((v, k) => (candidate?.[k] as number) - v);
          const distance = norm === 'l2' ? Math.hypot(...moves) : Math.max(...moves.map(Math.abs));
          expect(queries).toBeLessThanOrEqual(10_000);
          found.push(distance / closedForm(model, x, label, norm).distance);
        }
      },
      classes,
    );
    return found.sort((a, b) => a - b);
  }

  it.each(['l2', 'linf'] as const)(
    '%s, two classes: within 1.05 times the closed form at 10 000 questions',
    async (norm) => {
      const found = await ratios(norm, 300, 8, 2);
      expect(found[0]).toBeGreaterThan(0.999);
      expect(found.at(-1)).toBeLessThan(1.05);
    },
    5 * MINUTES,
  );

  it.each(['l2', 'linf'] as const)(
    '%s, two to ten classes: within 1.25 times',
    async (norm) => {
      const found = await ratios(norm, 200, 12);
      expect(found[0]).toBeGreaterThan(0.999);
      expect(found.at(-1)).toBeLessThan(1.25);
    },
    5 * MINUTES,
  );
});
