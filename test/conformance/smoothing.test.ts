/** Randomised smoothing: SciPy's Clopper–Pearson vectors, and linear classifiers, whose smoothed classifier and true radius have closed forms. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifySmoothed, noisyCounts, predictSmoothed, type Smoothing, smoothedCertificate } from '../../src/certify/claims/smoothing.ts';
import type { Decision } from '../../src/model/judge.ts';
import type { Target } from '../../src/model/target.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { normalQuantile } from '../../src/stats/normal.ts';
import { fixture, linearTarget } from './attacks-fixtures.ts';

interface Vector {
  readonly n: number;
  readonly nA: number;
  readonly alpha: number;
  readonly sigma: number;
  readonly pABar: number;
  readonly abstain: boolean;
  readonly radius: number;
}
const VECTORS = fixture('certify/oracle/smoothing_clever_vectors.json');

describe('the certificate of a count', () => {
  it.skipIf(!existsSync(VECTORS))("is SciPy's, on 13 counts up to 100 000", () => {
    const { smoothing } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { smoothing: Vector[] };
    expect(smoothing).toHaveLength(13);
    for (const { nA, pABar, abstain, radius, ...options } of smoothing) {
      const made = smoothedCertificate(3, nA, options);
      expect(made.share).toBeCloseTo(pABar, 11);
      expect(made.radius).toBeCloseTo(radius, 10);
      expect(made.label).toBe(abstain ? undefined : 3);
    }
  });

  it('grows to the most that n draws can show, and no further', () => {
    const options = { n: 1000, alpha: 0.001, sigma: 0.5 };
    // All of n: the bound is alpha^(1/n).
    expect(smoothedCertificate(0, 1000, options).radius).toBeCloseTo(0.5 * normalQuantile(0.001 ** 0.001), 12);
    const radii = Array.from({ length: 1001 }, (_, count) => smoothedCertificate(0, count, options).radius);
    expect(radii.every((radius, i) => i === 0 || radius >= (radii[i - 1] as number))).toBe(true);
  });

  it('quantiles of the normal distribution', () => {
    // Tables of the standard normal distribution.
    expect([0.5, 0.8413447460685429, 0.975, 0.001].map(normalQuantile)).toEqual(
      [0, 1, 1.959963984540054, -3.090232306167813].map((value) => expect.closeTo(value, 13)),
    );
    expect([0, 1].map(normalQuantile)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});

describe('a linear classifier of two classes', () => {
  const [size, sigma, alpha, n] = [12, 0.5, 0.001, 2000];
  const samples = Array.from({ length: 24 }, (_, index) => {
    const x = new Float32Array(size);
    keyedRng(5, 'smoothed rows', index).fillNormal(x, 0.8);
    return { index, x };
  });
  const weights = [new Float32Array(size), new Float32Array(size)] as const;
  for (const [i, row] of weights.entries()) keyedRng(5, 'smoothed weights', i).fillNormal(row);
  /** Signed distance of x to the boundary, in L2: above 0 for class 0. */
  const distance = (x: Float32Array): number => {
    const slope = weights[0].map((weight, i) => weight - (weights[1][i] as number));
    return x.reduce((sum, value, i) => sum + value * (slope[i] as number), 0) / Math.hypot(...slope);
  };
  let target: Target;
  let smoothing: Smoothing;
  beforeAll(async () => {
    target = await linearTarget({ weights, bias: new Float32Array(2) });
    smoothing = { judge: target.judge, sigma, seed: 0 };
  });
  afterAll(() => target.release());

  it('the class is the true one, the radius never beyond the distance, and on average the expected one', async () => {
    const clear = samples.filter(({ x }) => Math.abs(distance(x)) > 0.3);
    const radii = Array.from({ length: n + 1 }, (_, count) => smoothedCertificate(0, count, { n, alpha, sigma }).radius);
    let [sum, expected, variance] = [0, 0, 0];
    for (const sample of clear) {
      const { label, radius } = await certifySmoothed(smoothing, sample, { n0: 50, n, alpha });
      const away = Math.abs(distance(sample.x));
      expect(label).toBe(distance(sample.x) > 0 ? 0 : 1);
      expect(radius).toBeLessThanOrEqual(away);
      const chances = binomial(n, phi(away / sigma));
      const mean = chances.reduce((total, chance, count) => total + chance * (radii[count] as number), 0);
      sum += radius;
      expected += mean;
      variance += chances.reduce((total, chance, count) => total + chance * ((radii[count] as number) - mean) ** 2, 0);
    }
    expect(clear.length).toBeGreaterThan(8);
    expect(Math.abs(sum - expected)).toBeLessThan(4 * Math.sqrt(variance));
  });

  it('the share of each class is Φ(distance / sigma)', async () => {
    const [sample] = samples as [(typeof samples)[0]];
    const counts = await noisyCounts(smoothing, sample, { purpose: 'estimate', to: 4000 });
    const share = (counts.get(0) ?? 0) / 4000;
    // Three standard errors.
    expect(Math.abs(share - phi(distance(sample.x) / sigma))).toBeLessThan(3 * Math.sqrt(0.25 / 4000));
  });

  it('draws depend on their own number alone: parts add up, whatever the batch and the samples beside', async () => {
    const [, sample] = samples as [unknown, (typeof samples)[0]];
    const range = (from: number, to: number) => noisyCounts(smoothing, sample, { purpose: 'estimate', from, to });
    const whole = await range(0, 700);
    const parts = [await range(0, 1), await range(1, 300), await range(300, 700)];
    for (const label of [0, 1]) expect(parts.reduce((sum, part) => sum + (part.get(label) ?? 0), 0)).toBe(whole.get(label) ?? 0);
    expect(await noisyCounts(smoothing, sample, { purpose: 'predict', to: 700 })).not.toEqual(whole);
  });

  it('predicts where it can tell, and abstains on the boundary', async () => {
    for (const sample of samples.filter(({ x }) => Math.abs(distance(x)) > 0.3)) {
      expect(await predictSmoothed(smoothing, sample, { n: 500, alpha })).toBe(distance(sample.x) > 0 ? 0 : 1);
    }
    const boundary = { index: 0, x: new Float32Array(size) };
    expect(await predictSmoothed(smoothing, boundary, { n: 500, alpha })).toBeUndefined();
    expect(await certifySmoothed(smoothing, boundary, { n0: 50, n: 500, alpha })).toMatchObject({ label: undefined, radius: 0 });
  });
});

/** Φ(z) by the trapezoidal rule, 4 000 steps from −8. */
function phi(z: number): number {
  const step = (z + 8) / 4000;
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  return (
    Array.from({ length: 4001 }, (_, i) => density(-8 + i * step) * (i % 4000 === 0 ? 0.5 : 1)).reduce((sum, one) => sum + one, 0) * step
  );
}

/** P(count) for each count of n trials. */
function binomial(n: number, p: number): number[] {
  let log = n * Math.log1p(-p);
  return Array.from({ length: n + 1 }, (_, k) => {
    if (k > 0) log += Math.log((n - k + 1) / k) + Math.log(p) - Math.log1p(-p);
    return Math.exp(log);
  });
}

describe('answers that are given', () => {
  const answering = (labels: (at: number) => number): Smoothing => {
    let at = 0;
    const answer = async (rows: readonly Float32Array[]): Promise<Decision[]> => rows.map(() => ({ label: labels(at++), confidence: 1 }));
    return { judge: { answer }, sigma: 1, seed: 0 };
  };
  const sample = { index: 0, x: new Float32Array(3) };

  it('the class is chosen by other draws than those that count it', async () => {
    // The first ten answers say 1, all others 2: the class stays 1, and has no votes.
    const made = await certifySmoothed(
      answering((at) => (at < 10 ? 1 : 2)),
      sample,
      { n0: 10, n: 300 },
    );
    expect(made).toEqual({ label: undefined, radius: 0, count: 0, n: 300, share: 0 });
  });

  it('the two-sided test: 500 draws tell 287 from 213 at alpha 0.001, and not 286 from 214', async () => {
    // scipy.stats.binomtest(287, 500).pvalue = 0.00107, (288, 500): 0.00077
    const predicted = (most: number) =>
      predictSmoothed(
        answering((at) => (at < most ? 4 : 7)),
        sample,
        { n: 500, alpha: 0.001 },
      );
    expect([await predicted(287), await predicted(288)]).toEqual([undefined, 4]);
  });

  it('a model that answers NaN has no class', async () => {
    expect(
      await certifySmoothed(
        answering(() => -1),
        sample,
        { n0: 5, n: 50 },
      ),
    ).toMatchObject({ label: undefined, radius: 0 });
    expect(
      await predictSmoothed(
        answering(() => -1),
        sample,
        { n: 50 },
      ),
    ).toBeUndefined();
    // NaN counts against the class, as any other answer would.
    expect(
      (
        await certifySmoothed(
          answering((at) => (at % 2 === 0 ? 3 : -1)),
          sample,
          { n0: 6, n: 200 },
        )
      ).label,
    ).toBeUndefined();
  });

  it.each([{ n: 0 }, { n: 1.5 }, { n0: 0 }, { alpha: 0 }, { alpha: 1 }])('refuses %j', async (options) => {
    await expect(
      certifySmoothed(
        answering(() => 1),
        sample,
        options,
      ),
    ).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('refuses noise of no size', async () => {
    await expect(certifySmoothed({ ...answering(() => 1), sigma: 0 }, sample)).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});
