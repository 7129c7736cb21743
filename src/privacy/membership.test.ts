import { describe, expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { crossFittedAdvantage } from './advantage.ts';
import { attackBy, byClass, gapAttack, type Observed } from './membership.ts';
import { signalsOf } from './signals.ts';

const normals = (n: number, mean: number, ...key: (string | number)[]): number[] => {
  const out = new Float32Array(n);
  keyedRng(0, ...key).fillNormal(out);
  return Array.from(out, (z) => z + mean);
};

/** Two classes; the label's logit is the score. */
const observed = (scores: readonly number[], label = 0): Observed[] =>
  scores.map((z) => {
    const total = Math.log1p(Math.exp(z));
    return {
      label,
      isCorrect: z > 0,
      signals: signalsOf(label === 0 ? Float64Array.of(z - total, -total) : Float64Array.of(-total, z - total), label),
    };
  });

describe('crossFittedAdvantage', () => {
  it('is 0 on average where there is nothing to find, unlike the maximum over thresholds', () => {
    let [fitted, largest, alarms] = [0, 0, 0];
    for (let i = 0; i < 200; i++) {
      const sides = { members: normals(100, 0, 'm', i), others: normals(100, 0, 'o', i) };
      const advantage = crossFittedAdvantage(sides, i);
      fitted += advantage.value / 200;
      largest += attackBy('logit', { members: observed(sides.members), others: observed(sides.others) }, 0).largest / 200;
      if (advantage.low > 0) alarms++;
    }
    expect(Math.abs(fitted)).toBeLessThan(0.012);
    expect(largest).toBeGreaterThan(0.08);
    expect(alarms).toBeLessThanOrEqual(10);
  });

  it('comes near the best threshold of two normal populations', () => {
    // 2Φ(d′/2) − 1 for d′ = 1.
    const { value, low, high } = crossFittedAdvantage({ members: normals(5000, 1, 'm'), others: normals(5000, 0, 'o') }, 0);
    expect(Math.abs(value - 0.3829249)).toBeLessThan(0.03);
    expect(low).toBeLessThan(0.3829249);
    expect(high).toBeGreaterThan(value);
  });
});

describe('gapAttack', () => {
  it('is the difference of the accuracies', () => {
    const { gap, auc, tprAt } = gapAttack({ members: observed([1, 1, 1, -1]), others: observed([1, -1, 1, -1]) });
    expect(gap.value).toBe(0.25);
    expect(auc).toBe(0.625);
    expect(tprAt(0.01)).toBeCloseTo(0.015, 12);
  });
});

describe('attackBy', () => {
  it('does not print rates that the non-members cannot resolve', () => {
    const { tpr } = attackBy('logit', { members: observed(normals(100, 1, 'm')), others: observed(normals(1000, 0, 'o')) }, 0);
    expect(tpr[0.01]).toBeDefined();
    expect(tpr[0.001]).toBeUndefined();
  });

  it('is the gap attack where answers are labels only', () => {
    const label = (isCorrect: boolean): Observed => ({
      label: 0,
      isCorrect,
      signals: signalsOf(isCorrect ? Float64Array.of(0, Number.NEGATIVE_INFINITY) : Float64Array.of(Number.NEGATIVE_INFINITY, 0), 0),
    });
    const populations = { members: [true, true, true, false].map(label), others: [true, false, false, true].map(label) };
    expect(attackBy('logit', populations, 0).auc.value).toBeCloseTo(gapAttack(populations).auc, 12);
  });
});

describe('byClass', () => {
  it('names the most exposed class first, and none that has too few', () => {
    const members = [...observed(normals(60, 2, 'a'), 0), ...observed(normals(60, 0, 'b'), 1), ...observed(normals(5, 3, 'c'), 2)];
    const others = [...observed(normals(60, 0, 'd'), 0), ...observed(normals(60, 0, 'e'), 1), ...observed(normals(5, 0, 'f'), 2)];
    const found = byClass('logit', { members: members.map((m) => ({ ...m })), others });
    expect(found.map(({ label }) => label)).toEqual([0, 1]);
  });
});
