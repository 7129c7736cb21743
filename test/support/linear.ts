/** Random linear models, where the nearest other class has a closed form: below its distance nothing succeeds, just above it everything must. */
import { expect } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import type { Target } from '../../src/model/target.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import type { Norm } from '../../src/threat/ball.ts';
import { attacked, closedForm, type Linear, linearTarget, standing } from '../conformance/attacks-fixtures.ts';

export const ROWS = 4;

export interface Case {
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
export async function left(
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

export async function each(from: number, count: number, test: (one: Case) => Promise<void>, classes?: number): Promise<void> {
  for (let i = from; i < from + count; i++) {
    const one = await linear(i, classes);
    await test(one);
    await one.target.release();
  }
}

/** Distances that a minimal-norm attack finds for the rows of a model, in units of the closed form, each row on its own, told which class is nearest. */
export async function distances(
  { model, target, samples }: Case,
  id: string,
  norm: Norm,
  params: (nearest: number) => Record<string, unknown>,
): Promise<number[]> {
  const ratios: number[] = [];
  for (const sample of samples) {
    const { distance, other } = closedForm(model, sample.x, sample.label, norm);
    const proposals = await attacked(id, target, [sample], { norm, epsilon: 0, batch: ROWS, params: params(other) });
    expect(await standing(target, [sample], proposals)).toBe(0);
    const moves = sample.x.map((v, k) => (proposals[0]?.candidate?.[k] as number) - v);
    const sizes = { linf: Math.max(...moves.map(Math.abs)), l2: Math.hypot(...moves), l1: moves.reduce((sum, v) => sum + Math.abs(v), 0) };
    ratios.push(sizes[norm] / distance);
  }
  return ratios;
}

/** PGD on `count` models of two to ten classes from the given one: all fall above the closed form, none below, and few are missed where no class is aimed at. */
export async function expectClosedForm(norm: Norm, from: number, count: number): Promise<void> {
  let [above, untargeted, below] = [0, 0, 0];
  await each(from, count, async (one) => {
    above += await left(one, 'pgd', norm, 1.01, (target) => ({ target, loss: 'margin', steps: 200 }));
    untargeted += await left(one, 'pgd', norm, 1.01, () => ({ loss: 'margin', steps: 200, restarts: 5 }));
    below += await left(one, 'pgd', norm, 0.99, () => ({ loss: 'margin', steps: 200 }));
  });
  expect([above, below]).toEqual([0, count * ROWS]);
  // Not aimed at a class, the margin's steps can climb towards one that is not the nearest: 17 to 28 of 560 were left when this was written.
  expect(untargeted).toBeLessThan(0.08 * count * ROWS);
}
