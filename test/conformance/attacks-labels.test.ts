/** Attacks that see labels only, beside what is known: closed forms of linear models, the authors' and Foolbox's figures, starts that fail, early ends, targets. */
import { describe, expect, it } from 'vitest';
import type { AttackSample, Proposal } from '../../src/attacks/attack.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import type { Norm } from '../../src/threat/ball.ts';
import { each } from '../support/linear.ts';
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

const MINUTES = 60_000;

function distanceOf(norm: Norm, { candidate }: Proposal, { x }: AttackSample): number {
  const moves = x.map((v, k) => (candidate?.[k] as number) - v);
  return norm === 'l2' ? Math.hypot(...moves) : Math.max(...moves.map(Math.abs));
}

// Models, classes and questions; found by at most so many times the closed form.
it.each([
  // A random walk: the closed form to 1 %.
  ['boundary', 'l2', 1, 2, 6000, 1.01],
  // Turning single signs solves a linear model of two classes, up to the tolerance of 10⁻³ in L2 that bisections have.
  ['rays', 'linf', 6, 2, 10_000, 1.01],
  ['rays', 'linf', 6, 7, 10_000, 1.01],
] as const)(
  '%s, %s: %d linear models of %d classes, %d questions, within %d times the closed form',
  async (id, norm, models, classes, maxQueries, most) => {
    await each(
      200,
      models,
      async ({ model, target, samples }) => {
        const proposals = await attacked(id, target, samples, { norm, epsilon: 0, params: { maxQueries } });
        expect(await standing(target, samples, proposals)).toBe(0);
        for (const [i, proposal] of proposals.entries()) {
          const sample = samples[i] as AttackSample;
          const ratio = distanceOf(norm, proposal, sample) / closedForm(model, sample.x, sample.label, norm).distance;
          expect(ratio).toBeGreaterThan(0.999);
          expect(ratio).toBeLessThanOrEqual(most);
          expect(proposal.queries).toBeLessThanOrEqual(maxQueries);
        }
      },
      classes,
    );
  },
  2 * MINUTES,
);

const normals = (n: number, ...key: (string | number)[]): Float32Array => {
  const out = new Float32Array(n);
  keyedRng(3, ...key).fillNormal(out);
  return out;
};
const LINEAR: Linear = { weights: Array.from({ length: 4 }, (_, i) => normals(12, 'w', i)), bias: normals(4, 'b') };

describe.each([
  ['boundary', 'l2'],
  ['rays', 'linf'],
] as const)('%s', (id, norm) => {
  const samplesOf = async (target: Awaited<ReturnType<typeof linearTarget>>, n: number): Promise<AttackSample[]> => {
    const rows = Array.from({ length: n }, (_, i) => normals(12, 'x', i));
    const decisions = await target.judge.decide(rows);
    return rows.map((x, index) => ({ index, x, label: decisions[index]?.label as number }));
  };

  it('needs no gradients and no known operators; ends at epsilon unless it is told not to', async () => {
    const target = await linearTarget(LINEAR, true);
    const samples = await samplesOf(target, 6);
    const epsilon = 2;
    const early = await attacked(id, target, samples, { norm, epsilon, params: { maxQueries: 1500 } });
    const full = await attacked(id, target, samples, { norm, epsilon, params: { maxQueries: 1500, untilEpsilon: false } });
    expect(await standing(target, samples, early)).toBe(0);
    for (const [i, sample] of samples.entries()) {
      const [stopped, ran] = [early[i] as Proposal, full[i] as Proposal];
      expect(stopped).toMatchObject({ gradients: 0 });
      expect(stopped.queries).toBeLessThan(ran.queries);
      expect(distanceOf(norm, stopped, sample)).toBeLessThanOrEqual(epsilon + 1e-6);
      expect(distanceOf(norm, ran, sample)).toBeLessThanOrEqual(distanceOf(norm, stopped, sample) + 1e-6);
    }
  });

  it('a start that fails costs one example; one that is wrong anyway costs one question', async () => {
    // Nothing in the range fools it about the first example; the second is wrong as it stands.
    const target = await linearTarget(
      { weights: [Float32Array.of(0, 0), Float32Array.of(1, 1)], bias: Float32Array.of(2.5, 0) },
      false,
      'waveform',
    );
    const samples = [0, 1].map((label, index) => ({ index, x: Float32Array.of(0.5, 0.25), label }));
    const proposals = await attacked(id, target, samples, { norm, epsilon: 0, params: { maxQueries: 400 } });
    expect(proposals).toMatchObject([{ candidate: undefined }, { candidate: samples[1]?.x, queries: 1 }]);
    expect(proposals[0]?.queries).toBeGreaterThan(1);
    expect(proposals[0]?.queries).toBeLessThanOrEqual(400);
  });

  it('a model that answers NaN beyond some point is not fooled there', async () => {
    const target = await linearTarget({ weights: [Float32Array.of(Number.NaN, 0), Float32Array.of(1, 1)], bias: Float32Array.of(0, 0) });
    const proposals = await attacked(id, target, [{ index: 0, x: Float32Array.of(1, 1), label: 1 }], { norm, epsilon: 0 });
    expect(proposals).toMatchObject([{ candidate: undefined }]);
  });
});

it('boundary reaches the wanted class', async () => {
  const target = await linearTarget(LINEAR);
  const rows = Array.from({ length: 8 }, (_, i) => normals(12, 'x', i));
  const labels = (await target.judge.decide(rows)).map(({ label }) => label);
  const samples = rows.map((x, index) => ({ index, x, label: labels[index] as number }));
  const goal = labels[0] as number;
  const proposals = await attacked('boundary', target, samples, { norm: 'l2', epsilon: 0, params: { target: goal, maxQueries: 400 } });
  const decisions = await target.judge.decide(proposals.map(({ candidate }) => candidate as Float32Array));
  expect(decisions.every(({ label }) => label === goal)).toBe(true);
});

describe('dataset-attack', () => {
  const sizes = {
    l2: (d: Float32Array) => Math.hypot(...d),
    linf: (d: Float32Array) => Math.max(...d.map(Math.abs)),
    l1: (d: Float32Array) => d.reduce((sum, v) => sum + Math.abs(v), 0),
  };
  const away = (norm: Norm, a: Float32Array, b: Float32Array): number => sizes[norm](a.map((v, k) => v - (b[k] as number)));

  // By brute force: where the straight line to each of the others leaves the example's own class is a closed form of a linear model.
  const onLine = (x: Float32Array, other: Float32Array, label: number): number => {
    const gap = (p: Float32Array, j: number): number =>
      p.reduce((sum, v, k) => sum + v * ((LINEAR.weights[label]?.[k] as number) - (LINEAR.weights[j]?.[k] as number)), 0) +
      (LINEAR.bias[label] as number) -
      (LINEAR.bias[j] as number);
    const shares = LINEAR.weights.map((_, j) => (j === label ? Number.POSITIVE_INFINITY : gap(x, j) / (gap(x, j) - gap(other, j))));
    return Math.min(...shares.filter((t) => t > 0));
  };

  it.each(['l2', 'l1', 'linf'] as const)('%s: the nearest examples decided otherwise, and where the line to them crosses', async (norm) => {
    const target = await linearTarget(LINEAR, true);
    const rows = Array.from({ length: 24 }, (_, i) => normals(12, 'x', i));
    const labels = (await target.judge.decide(rows)).map(({ label }) => label);
    const starts = rows.map((x, index) => ({ index, x, label: labels[index] as number }));
    const samples = starts.slice(0, 8);
    const run = (params: Record<string, unknown>, more: object) =>
      attacked('dataset-attack', target, samples, { norm, epsilon: 0, params, more: { starts, ...more } });
    const whole = await run({ interpolate: false }, {});
    const lines = await run({ samples: 3 }, {});
    expect(await standing(target, samples, lines)).toBe(0);
    for (const [i, { x, label }] of samples.entries()) {
      const others = starts.filter((one) => one.label !== label).sort((a, b) => away(norm, x, a.x) - away(norm, x, b.x));
      expect(whole[i]?.candidate).toEqual(others[0]?.x);
      const found = away(norm, x, lines[i]?.candidate as Float32Array);
      const crossing = Math.min(...others.slice(0, 3).map((other) => onLine(x, other.x, label) * away(norm, x, other.x)));
      // Bisected to a thousandth of the way. In Linf the ways are boxes, which no line need beat.
      if (norm === 'linf') expect(found).toBeLessThan(away(norm, x, others[0]?.x as Float32Array));
      else {
        expect(found).toBeGreaterThanOrEqual(crossing * (1 - 1e-5));
        expect(found).toBeLessThanOrEqual(crossing + 1.01e-3 * away(norm, x, others[2]?.x as Float32Array));
      }
    }
    // In any order of the examples, and alone.
    const reversed = await run({ samples: 3 }, { starts: starts.toReversed() });
    expect(reversed).toEqual(lines);
    expect(
      await attacked('dataset-attack', target, samples.slice(3, 4), { norm, epsilon: 0, params: { samples: 3 }, more: { starts } }),
    ).toEqual(lines.slice(3, 4));
  });

  it('reaches the wanted class, and says where there is no other example', async () => {
    const target = await linearTarget(LINEAR);
    const rows = Array.from({ length: 16 }, (_, i) => normals(12, 'x', i));
    const labels = (await target.judge.decide(rows)).map(({ label }) => label);
    const samples = rows.map((x, index) => ({ index, x, label: labels[index] as number }));
    const goal = labels[0] as number;
    const aimed = await attacked('dataset-attack', target, samples, { norm: 'l2', epsilon: 0, params: { target: goal } });
    const decisions = await target.judge.decide(aimed.map(({ candidate }) => candidate as Float32Array));
    expect(decisions.every(({ label }) => label === goal)).toBe(true);
    const alone = await attacked('dataset-attack', target, samples.slice(0, 1), { norm: 'l2', epsilon: 0 });
    expect(alone).toEqual([{ index: 0, candidate: undefined, queries: 1, gradients: 0 }]);
  });
});

describe.skipIf(absent)(`LeNet5${because}`, () => {
  // Medians of the first 20 test images at as many questions with RayS.py as its authors published it, run in PyTorch.
  it.each([
    ['rays', 'linf', 'clntrained', 300, 0.1945],
    ['rays', 'linf', 'advtrained', 300, 0.3561],
  ] as const)('%s %s on %s: a median no larger at %d questions, every point in the range', async (id, norm, network, maxQueries, most) => {
    const target = await targetAt(fixture(`mnist/mnist_lenet5_${network}.onnx`), MNIST);
    const samples = mnist(20);
    const proposals = await attacked(id, target, samples, { norm, epsilon: 0, params: { maxQueries } });
    expect(await standing(target, samples, proposals)).toBe(0);
    for (const { candidate } of proposals) expect(candidate?.every((v) => v >= 0 && v <= 1)).toBe(true);
    const found = proposals.map((one, i) => distanceOf(norm, one, samples[i] as AttackSample)).sort((a, b) => a - b);
    expect(found[10]).toBeLessThanOrEqual(most);
  });
});
