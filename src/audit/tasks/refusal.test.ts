/** Forced refusal on linear models, where the least step to a class has a closed form, and on two classes also the least step below a confidence. */
import { expect, it } from 'vitest';
import { linearTarget } from '../../../test/conformance/attacks-fixtures.ts';
import { keyedRng } from '../../rng/rng.ts';
import { type Refusal, type RefusalReply, refusalTask } from './refusal.ts';

const D = 12;
const ROWS = 6;

interface Drawn {
  readonly weights: Float32Array[];
  readonly bias: Float32Array;
  readonly rows: Float32Array[];
}

function drawn(classes: number, seed: number): Drawn {
  const rng = keyedRng(seed, 'refusal');
  const normals = (n: number): Float32Array => {
    const out = new Float32Array(n);
    rng.fillNormal(out);
    return out;
  };
  return {
    weights: Array.from({ length: classes }, () => normals(D)),
    bias: normals(classes),
    rows: Array.from({ length: ROWS }, () => normals(D)),
  };
}

const logitsOf = ({ weights, bias }: Drawn, x: Float32Array): number[] =>
  weights.map((w, c) => w.reduce((sum, value, i) => sum + value * (x[i] as number), bias[c] as number));
const apart = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0);

/** What the task finds for single rows that each get a budget of their own. */
async function replies(model: Drawn, refusal: Refusal, epsilon: (x: Float32Array) => number): Promise<RefusalReply[]> {
  const target = await linearTarget(model);
  const found: RefusalReply[] = [];
  for (const [index, row] of model.rows.entries()) {
    const label = (await target.judge.decide([row]))[0]?.label as number;
    const opened = { target, rows: async () => [{ sample: { index, id: '' }, row }] };
    await refusalTask.run(
      { subject: { seed: 0 }, refusal, norm: 'linf', epsilon: epsilon(row), shares: [1], steps: 60, draws: 2 } as never,
      [{ index, label }],
      {
        open: async () => opened,
        alive: () => {},
        finished: async (rows: readonly RefusalReply[]) => void found.push(...rows),
      } as never,
    );
  }
  await target.release();
  return found;
}

it.each([0.97, 1.05])('two classes, a confidence of 0.8: at %f of the closed form', async (factor) => {
  for (let seed = 0; seed < 4; seed++) {
    const model = drawn(2, seed);
    // |z₁ − z₀| < logit(0.8): each step of epsilon moves the difference by epsilon·‖w₁ − w₀‖₁.
    const least = (x: Float32Array): number => {
      const [a, b] = logitsOf(model, x) as [number, number];
      return (Math.abs(a - b) - Math.log(0.8 / 0.2)) / apart(model.weights[0] as Float32Array, model.weights[1] as Float32Array);
    };
    const answered = { ...model, rows: model.rows.filter((x) => least(x) > 0.02) };
    const found = await replies(answered, { kind: 'threshold', threshold: 0.8 }, (x) => factor * least(x));
    expect(found.map(({ share }) => share)).toEqual(answered.rows.map(() => (factor > 1 ? 1 : null)));
  }
});

it('a class that means refusal, four classes: never below the closed form, and always well above it', async () => {
  const model = drawn(4, 9);
  const least = (x: Float32Array): number => {
    const z = logitsOf(model, x);
    // Class 3 must beat every other class: the furthest of them is a lower bound.
    return Math.max(
      ...[0, 1, 2].map(
        (c) => ((z[c] as number) - (z[3] as number)) / apart(model.weights[c] as Float32Array, model.weights[3] as Float32Array),
      ),
    );
  };
  const answered = { ...model, rows: model.rows.filter((x) => least(x) > 0.02) };
  expect(answered.rows.length).toBeGreaterThan(2);
  const refusal: Refusal = { kind: 'class', classes: [3] };
  expect((await replies(answered, refusal, (x) => 0.97 * least(x))).map(({ share }) => share)).toEqual(answered.rows.map(() => null));
  expect((await replies(answered, refusal, (x) => 3 * least(x) + 1)).map(({ share }) => share)).toEqual(answered.rows.map(() => 1));
});
