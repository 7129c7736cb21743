/** What a certifier broke beside the attacks, in the curve: counted by hand. */
import { expect, it } from 'vitest';
import { proportion } from '../../stats/proportion.ts';
import type { SampleResult } from '../result.ts';
import { curveWith } from './as-tried.ts';
import type { Witness } from './order.ts';

const witness = (linf: number): Witness => ({
  attack: 'trees',
  label: 1,
  confidence: 0.9,
  distances: { l0: 1, l1: linf, l2: linf, linf, ssim: null },
  survives8bit: null,
});
const sample = (index: number, adversarial: Witness | null, clean = 0): SampleResult => ({
  index,
  id: String(index),
  label: 0,
  clean: { label: clean, confidence: 1 },
  adversarial,
});

it('an example that stood falls from its distance on, and one that had fallen or was wrong does not fall twice', () => {
  // Of five examples: one is wrong, one fell to an attack at 0.05, three stood.
  const before = [sample(0, null), sample(1, witness(0.05)), sample(2, null), sample(3, null), sample(4, null, 1)];
  const points = [
    [0, 4],
    [0.04, 4],
    [0.08, 3],
    [0.1, 3],
    [0.15, 2],
    [0.2, 0],
  ].map(([epsilon = 0, count = 0]) => ({ epsilon, robustAccuracy: proportion(count, 5), noiseAccuracy: null }));
  // float32 has put the second beyond epsilon, within which it was found.
  const witnesses = new Map([
    [0, witness(0.06)],
    [1, witness(0.02)],
    [2, witness(0.100001)],
  ]);
  const found = curveWith(points, { witnesses, saved: undefined }, { before, epsilon: 0.1, norm: 'linf' });
  expect(found.map(({ robustAccuracy }) => robustAccuracy.count)).toEqual([4, 4, 2, 1, 1, 0]);
});
