/** Attacks on random linear models, where the nearest other class has a closed form: below its distance nothing succeeds, just above it everything must. */
import { describe, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import type { Target } from '../../src/model/target.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { NORMS, type Norm } from '../../src/threat/ball.ts';
import { attacked, closedForm, type Linear, linearTarget, standing } from './attacks-fixtures.ts';

const MINUTES = 60_000;
const ROWS = 4;

interface Case {
  readonly model: Linear;
  readonly target: Target;
  readonly samples: AttackSample[];
}

/** A random model of d = 2..40 inputs, and rows with the labels that it gives them. */
async function linear(index: number, classes?: number): Promise<Case> {
  const rng = keyedRng(7, 'linear', index);
  const [d, outputs] = [2 + rng.int(39), classes ?? 2 + rng.int(9)];
  const normals = (n: number): Float32Array => {
    const out = new Float32Array(n);
    rng.fillNormal(out);
    return out;
  };
  const model = { weights: Array.from({ length: outputs }, () => normals(d)), bias: normals(outputs) };
  const target = await linearTarget(model);
  const rows = Array.from({ length: ROWS }, () => normals(d));
  const decisions = await target.judge.decide(rows);
  return { model, target, samples: rows.map((x, i) => ({ index: i, x, label: decisions[i]?.label as number })) };
}

/** How many of the rows still stand when each is attacked with `factor` times its own minimal distance, at the class that is nearest. */
async function left(
  { model, target, samples }: Case,
  id: string,
  norm: Norm,
  factor: number,
  params: (other: number) => Record<string, unknown>,
): Promise<number> {
  let count = 0;
  for (const sample of samples) {
    const { distance, other } = closedForm(model, sample.x, sample.label, norm);
    const proposals = await attacked(id, target, [sample], { norm, epsilon: distance * factor, batch: ROWS, params: params(other) });
    count += await standing(target, [sample], proposals);
  }
  return count;
}

async function each(from: number, count: number, test: (one: Case) => Promise<void>, classes?: number): Promise<void> {
  for (let i = from; i < from + count; i++) {
    const one = await linear(i, classes);
    await test(one);
    await one.target.release();
  }
}

describe('200 linear models', () => {
  it.each(NORMS)(
    'fgsm, two classes, %s: the closed form to 1 %',
    async (norm) => {
      let [above, below] = [0, 0];
      await each(
        0,
        60,
        async (one) => {
          above += await left(one, 'fgsm', norm, 1.01, () => ({}));
          below += await left(one, 'fgsm', norm, 0.99, () => ({}));
        },
        2,
      );
      expect([above, below]).toEqual([0, 60 * ROWS]);
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

  it.each(NORMS)(
    'pgd, two to ten classes, %s: the closed form to 1 %',
    async (norm) => {
      let [above, untargeted, below] = [0, 0, 0];
      await each(60, 140, async (one) => {
        above += await left(one, 'pgd', norm, 1.01, (target) => ({ target, loss: 'margin', steps: 200 }));
        untargeted += await left(one, 'pgd', norm, 1.01, () => ({ loss: 'margin', steps: 200, restarts: 5 }));
        below += await left(one, 'pgd', norm, 0.99, () => ({ loss: 'margin', steps: 200 }));
      });
      expect([above, below]).toEqual([0, 140 * ROWS]);
      // Not aimed at a class, the margin's steps can climb towards one that is not the nearest: 17 to 28 of 560 were left when this was written.
      expect(untargeted).toBeLessThan(0.08 * 140 * ROWS);
    },
    5 * MINUTES,
  );
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
    '%s, two to ten classes: within 1.25 times, but for the few that end at another class',
    async (norm) => {
      const found = await ratios(norm, 200, 20);
      expect(found[0]).toBeGreaterThan(0.999);
      expect(found.filter((ratio) => ratio > 1.25).length).toBeLessThanOrEqual(2);
      expect(found.at(-1)).toBeLessThan(1.5);
    },
    5 * MINUTES,
  );
});
