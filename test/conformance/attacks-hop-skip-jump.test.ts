/** HopSkipJump where it matters: models without gradients, targets, starts that fail, early ends, images. */
import { describe, expect, it } from 'vitest';
import type { AttackSample, Proposal } from '../../src/attacks/attack.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import {
  absent,
  attacked,
  because,
  closedForm,
  fixture,
  type Linear,
  linearTarget,
  MNIST,
  mnist,
  standing,
  targetAt,
} from './attacks-fixtures.ts';

function normals(n: number, ...key: (string | number)[]): Float32Array {
  const out = new Float32Array(n);
  keyedRng(3, ...key).fillNormal(out);
  return out;
}

const LINEAR: Linear = { weights: Array.from({ length: 4 }, (_, i) => normals(12, 'w', i)), bias: normals(4, 'b') };
const away = ({ candidate }: Proposal, { x }: AttackSample): number => Math.hypot(...x.map((v, k) => (candidate?.[k] as number) - v));

async function samplesOf(target: Awaited<ReturnType<typeof linearTarget>>, n: number): Promise<AttackSample[]> {
  const rows = Array.from({ length: n }, (_, i) => normals(12, 'x', i));
  const decisions = await target.judge.decide(rows);
  return rows.map((x, index) => ({ index, x, label: decisions[index]?.label as number }));
}

it('needs no gradients and no known operators', async () => {
  const target = await linearTarget(LINEAR, true);
  expect(target.unsupported).toEqual(['com.microsoft.QuickGelu']);
  const samples = await samplesOf(target, 8);
  const proposals = await attacked('hop-skip-jump', target, samples, { norm: 'l2', epsilon: 0, params: { maxQueries: 3000 } });
  expect(await standing(target, samples, proposals)).toBe(0);
  for (const [i, proposal] of proposals.entries()) {
    const sample = samples[i] as AttackSample;
    expect(away(proposal, sample) / closedForm(LINEAR, sample.x, sample.label, 'l2').distance).toBeLessThan(1.6);
    expect(proposal).toMatchObject({ gradients: 0 });
    expect(proposal.queries).toBeLessThanOrEqual(3000);
  }
  await expect(attacked('pgd', target, samples, { norm: 'l2', epsilon: 1 })).rejects.toMatchObject({ code: 'E_OPERATOR_UNSUPPORTED' });
});

it('reaches the wanted class from a sample of it', async () => {
  const target = await linearTarget(LINEAR, true);
  const samples = await samplesOf(target, 16);
  const goal = samples[0]?.label as number;
  const proposals = await attacked('hop-skip-jump', target, samples, {
    norm: 'linf',
    epsilon: 0,
    params: { target: goal, maxQueries: 600 },
  });
  const decisions = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
  expect(decisions.every(({ label }) => label === goal)).toBe(true);
  expect(proposals.filter(({ queries }) => queries === 1).map(({ index }) => index)).toEqual(
    samples.filter(({ label }) => label === goal).map(({ index }) => index),
  );
  await expect(attacked('hop-skip-jump', target, samples, { norm: 'l2', epsilon: 0, params: { target: 4 } })).rejects.toMatchObject({
    code: 'E_USAGE',
  });
});

it('ends at epsilon, unless it is told not to', async () => {
  const target = await linearTarget(LINEAR);
  const samples = await samplesOf(target, 6);
  const epsilon = 3;
  const early = await attacked('hop-skip-jump', target, samples, { norm: 'l2', epsilon, params: { maxQueries: 4000 } });
  const full = await attacked('hop-skip-jump', target, samples, { norm: 'l2', epsilon, params: { maxQueries: 4000, untilEpsilon: false } });
  for (const [i, sample] of samples.entries()) {
    const [stopped, ran] = [early[i] as Proposal, full[i] as Proposal];
    expect(away(stopped, sample)).toBeLessThanOrEqual(epsilon);
    expect(stopped.queries).toBeLessThan(ran.queries / 2);
    expect(away(ran, sample)).toBeLessThanOrEqual(away(stopped, sample) + 1e-6);
  }
});

it('a start that fails costs one example, and its questions are counted', async () => {
  // Class 1 wins only where the first input is above 0.9995: no draw of uniform noise is likely to find it.
  const target = await linearTarget(
    { weights: [Float32Array.of(0, 0), Float32Array.of(1000, 0)], bias: Float32Array.of(999.5, 0) },
    false,
    'waveform',
  );
  const rows: AttackSample[] = [
    [0.5, 0.5, 0],
    [0.9999, 0, 1],
    [0.1, 0.2, 0],
  ].map(([a, b, label], index) => ({ index, x: Float32Array.of(a as number, b as number), label: label as number }));
  const alone = await attacked('hop-skip-jump', target, rows.slice(0, 1), { norm: 'l2', epsilon: 0, params: { maxQueries: 500 } });
  expect(alone).toEqual([{ index: 0, candidate: undefined, queries: 101, gradients: 0 }]);
  const all = await attacked('hop-skip-jump', target, rows, { norm: 'l2', epsilon: 0, params: { maxQueries: 500 } });
  expect(await standing(target, rows, all)).toBe(0);
  expect(away(all[0] as Proposal, rows[0] as AttackSample)).toBeLessThan(Math.hypot(0.4999, 0.5));
  const wrong = await attacked('hop-skip-jump', target, [{ ...(rows[0] as AttackSample), label: 1 }], { norm: 'l2', epsilon: 0 });
  expect(wrong).toMatchObject([{ queries: 1, candidate: rows[0]?.x }]);
});

it('a model that answers NaN beyond some point is not fooled there', async () => {
  const target = await linearTarget({ weights: [Float32Array.of(Number.NaN, 0), Float32Array.of(1, 1)], bias: Float32Array.of(0, 0) });
  const proposals = await attacked('hop-skip-jump', target, [{ index: 0, x: Float32Array.of(1, 1), label: 1 }], {
    norm: 'linf',
    epsilon: 0,
  });
  expect(proposals).toMatchObject([{ candidate: undefined }]);
});

describe.skipIf(absent)(`LeNet5${because}`, () => {
  it.each([
    ['l2', 2.9],
    ['linf', 0.24],
  ] as const)(
    '%s: a median distance as measured, every point in the range and decided otherwise',
    async (norm, most) => {
      const target = await targetAt(fixture('mnist/mnist_lenet5_clntrained.onnx'), MNIST);
      const samples = mnist(24);
      const proposals = await attacked('hop-skip-jump', target, samples, { norm, epsilon: 0, params: { maxQueries: 1500 } });
      expect(await standing(target, samples, proposals)).toBe(0);
      const distances = proposals.map(({ candidate }, i) => {
        const moves = (samples[i] as AttackSample).x.map((v, k) => (candidate?.[k] as number) - v);
        expect(candidate?.every((v) => v >= 0 && v <= 1)).toBe(true);
        return norm === 'l2' ? Math.hypot(...moves) : Math.max(...moves.map(Math.abs));
      });
      expect(distances.sort((a, b) => a - b)[12]).toBeLessThan(most);
    },
    300_000,
  );
});
