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
async function left({ model, target, samples }: Case, id: string, norm: Norm, factor: number, params: (other: number) => Record<string, unknown>): Promise<number> {
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
  it.each(NORMS)('fgsm, two classes, %s: the closed form to 1 %', async (norm) => {
    let [above, below] = [0, 0];
    await each(0, 60, async (one) => {
      above += await left(one, 'fgsm', norm, 1.01, () => ({}));
      below += await left(one, 'fgsm', norm, 0.99, () => ({}));
    }, 2);
    expect([above, below]).toEqual([0, 60 * ROWS]);
  }, 2 * MINUTES);

  it.each(NORMS)('pgd, two to ten classes, %s: the closed form to 1 %', async (norm) => {
    let [above, untargeted, below] = [0, 0, 0];
    await each(60, 140, async (one) => {
      above += await left(one, 'pgd', norm, 1.01, (target) => ({ target, loss: 'margin', steps: 200 }));
      untargeted += await left(one, 'pgd', norm, 1.01, () => ({ loss: 'margin', steps: 200, restarts: 5 }));
      below += await left(one, 'pgd', norm, 0.99, () => ({ loss: 'margin', steps: 200 }));
    });
    console.log(norm, above, untargeted, below);
    expect([above, below]).toEqual([0, 140 * ROWS]);
    expect(untargeted).toBe(0);
  }, 5 * MINUTES);
});

describe('hop-skip-jump on 20 linear models', () => {
  it.each(['l2', 'linf'] as const)('%s: within 1.25 times the closed form at 10 000 questions', async (norm) => {
    const worst: number[] = [];
    await each(200, 20, async ({ model, target, samples }) => {
      const proposals = await attacked('hop-skip-jump', target, samples, { norm, epsilon: 0 });
      expect(await standing(target, samples, proposals)).toBe(0);
      for (const [i, { candidate, queries }] of proposals.entries()) {
        const { x, label } = samples[i] as AttackSample;
        const moves = x.map((v, k) => (candidate?.[k] as number) - v);
        const distance = norm === 'l2' ? Math.hypot(...moves) : Math.max(...moves.map(Math.abs));
        expect(queries).toBeLessThanOrEqual(10_000);
        worst.push(distance / closedForm(model, x, label, norm).distance);
      }
    });
    worst.sort((a, b) => a - b);
    console.log(norm, worst.filter((_, i) => i % 8 === 7 || i === 0).map((v) => v.toFixed(3)).join(' '));
    expect(worst[0]).toBeGreaterThan(0.999);
    expect(worst.at(-1)).toBeLessThan(1.25);
  }, 5 * MINUTES);
});
