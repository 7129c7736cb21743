import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logProbabilities } from './log-probabilities.ts';
import { signalsOf } from './signals.ts';

const { log } = Math;

describe('signalsOf', () => {
  it('follows the papers on three classes', () => {
    const found = signalsOf(Float64Array.of(log(0.2), log(0.7), log(0.1)), 0);
    expect(found.loss).toBeCloseTo(log(0.2), 12);
    expect(found.logit).toBeCloseTo(log(0.2 / 0.8), 12);
    expect(found.confidence).toBeCloseTo(log(0.7), 12);
    expect(found.entropy).toBeCloseTo(0.2 * log(0.2) + 0.7 * log(0.7) + 0.1 * log(0.1), 12);
    // Song & Mittal, equation 8: −(1 − p_y) log p_y − Σ p_i log(1 − p_i).
    expect(found['modified-entropy']).toBeCloseTo(0.8 * log(0.2) + 0.7 * log(0.3) + 0.1 * log(0.9), 12);
  });

  it('tells apart what softmax in float32 rounds to 1', () => {
    const at = (z: number): number => signalsOf(logProbabilities([z, 0, 0], 'logits'), 0).logit;
    expect(Math.fround(1 / (1 + 2 * Math.exp(-40)))).toBe(1);
    expect(at(40)).toBeCloseTo(40 - log(2), 12);
    expect(at(1000)).toBeCloseTo(1000 - log(2), 9);
    expect(at(1001)).toBeGreaterThan(at(1000));
  });

  it('stays finite, so that it survives JSON', () => {
    for (const scores of [
      [1, 0, 0],
      [0, 1, 0],
    ])
      for (const value of Object.values(signalsOf(logProbabilities(scores, 'probabilities'), 0))) expect(Number.isFinite(value)).toBe(true);
  });

  it('loss and logit order examples alike', () => {
    const row = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(row, row, (a, b) => {
        const [one, other] = [a, b].map((scores) => signalsOf(logProbabilities(scores, 'logits'), 0)) as [
          ReturnType<typeof signalsOf>,
          ReturnType<typeof signalsOf>,
        ];
        if (Math.abs(one.loss - other.loss) > 1e-9) expect(Math.sign(one.logit - other.logit)).toBe(Math.sign(one.loss - other.loss));
      }),
    );
  });
});

describe('logProbabilities', () => {
  it.each([
    [[0], 'logits', [0.5, 0.5]],
    [[log(3)], 'logits', [0.25, 0.75]],
    [[0.8], 'sigmoid', [0.2, 0.8]],
    [[0.2, 0.8], 'probabilities', [0.2, 0.8]],
    [[0.4, 0.4], 'sigmoid', [0.5, 0.5]],
    [[log(0.3), log(0.7)], 'log-probabilities', [0.3, 0.7]],
    [[Number.POSITIVE_INFINITY, 0], 'logits', [1, 0]],
  ] as const)('%j as %s', (scores, kind, expected) => {
    const found = Array.from(logProbabilities(scores, kind), Math.exp);
    for (const [i, p] of expected.entries()) expect(found[i]).toBeCloseTo(p, 12);
  });
});
