/** Probes of gradients on models where the answer is known: linear ones, whose derivative is a difference of two rows of weights. */
import { describe, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import { ascend } from '../../src/attacks/probes/ascent.ts';
import { probeSlopes, STEP } from '../../src/attacks/probes/slopes.ts';
import { NORMS, type Norm } from '../../src/threat/ball.ts';
import { type Linear, linearTarget } from './attacks-fixtures.ts';

const W = [Float32Array.of(3, -1, 0.5), Float32Array.of(-1, 2, 0.25)];
const X = Float32Array.of(1, 0.5, -0.5);
/** What the margin loss gains per unit along each input: the other row minus the label's. */
const DIFFERENCE = [-4, 3, -0.25];
const MARGIN = 4 * 1 - 3 * 0.5 + 0.25 * -0.5;
/** The dual norm of the difference: the most that a step of length 1 can gain. */
const DUAL: Readonly<Record<Norm, number>> = { linf: 7.25, l2: Math.hypot(...DIFFERENCE), l1: 4 };

async function probed(scale: number, norm: Norm, epsilon = 0.1) {
  const model: Linear = { weights: W.map((row) => row.map((w) => w * scale)), bias: Float32Array.of(0, 0) };
  const target = await linearTarget(model);
  const sample: AttackSample = { index: 3, x: X, label: 0 };
  const [probe] = await probeSlopes({ target, batch: 4, norm, epsilon, seed: 1 }, [sample]);
  const [ascent] = await ascend({ target, batch: 4, norm, epsilon, seed: 1, loss: 'margin', steps: 30, stepSize: epsilon / 10 }, [sample]);
  await target.release();
  return { probe, ascent };
}

describe('a linear model', () => {
  it.each(NORMS)('keeps in %s what its gradient promises', async (norm) => {
    const { probe } = await probed(1, norm);
    expect(probe?.margin).toBeCloseTo(MARGIN, 5);
    expect(probe?.slopes.margin).toBeCloseTo(4, 5);
    expect(probe?.promised).toBeCloseTo(STEP * 0.1 * DUAL[norm], 5);
    expect(probe?.gained).toBeCloseTo(STEP * 0.1 * DUAL[norm], 4);
    expect(probe?.random).toBeLessThanOrEqual((probe?.gained ?? 0) + 1e-5);
  });

  it('is climbed to the best corner of the cube, and no further', async () => {
    const { ascent } = await probed(1, 'linf');
    expect(ascent?.losses).toHaveLength(31);
    expect(ascent?.losses.at(-1)).toBeCloseTo(-MARGIN + 0.1 * DUAL.linf, 4);
  });

  it('loses the textbook gradient where its logits are far apart, and keeps that of the margin', async () => {
    // At a margin of 2.6 the derivative of the loss is the difference times the other class's probability.
    const { probe: plain } = await probed(1, 'linf');
    expect(plain?.slopes.textbook).toBeCloseTo(4 / (1 + Math.exp(MARGIN)), 5);
    const { probe: steep } = await probed(100, 'linf');
    expect([steep?.slopes.textbook, steep?.slopes.margin]).toEqual([0, 400]);
  });
});
