/** The gate that a baseline brings must not flap: how often does it fail although nothing has changed? Exact sums, and whole runs drawn at random. */
import { describe, expect, it } from 'vitest';
import { keyedRng } from '../../rng/rng.ts';
import { binomialTail } from '../../stats/binomial.ts';
import { fisherTail } from '../../stats/fisher.ts';
import { mcNemar } from '../../stats/paired.ts';
import { evaluateGates } from './evaluate.ts';
import { type Fate, model, run } from './testing/runs.ts';

const N = 500;
/** One of the two gates of one model. */
const LEVEL = 0.025;

/** P(X = k) for X ~ Binomial(n, p). */
const chance = (k: number, n: number, p: number): number => binomialTail(k, n, p) - (k === n ? 0 : binomialTail(k + 1, n, p));

describe('the same examples attacked again with another seed', () => {
  // Where an example's chance to fall is the same both times, it is as likely to fall first as second.
  it.each([0.01, 0.05, 0.2, 0.5])('if a share of %f of the answers change', (changing) => {
    let alarms = 0;
    for (let changed = 0; changed <= N; changed++) {
      const weight = chance(changed, N, changing);
      if (weight < 1e-15) continue;
      let critical = changed + 1;
      while (critical > 0 && mcNemar({ n: N, worse: critical - 1, better: changed - critical + 1 }).worsePValue <= LEVEL) critical--;
      if (critical <= changed) alarms += weight * binomialTail(critical, changed, 0.5);
    }
    expect(alarms).toBeLessThanOrEqual(LEVEL);
    if (changing >= 0.05) expect(alarms).toBeGreaterThan(LEVEL / 4);
  });
});

describe('other examples of the same data', () => {
  it.each([0.1, 0.5, 0.95])('at an accuracy of %f', (accuracy) => {
    const spread = 6 * Math.sqrt(N * accuracy * (1 - accuracy));
    const [from, to] = [Math.max(0, Math.floor(N * accuracy - spread)), Math.min(N, Math.ceil(N * accuracy + spread))];
    const counts = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const weights = counts.map((count) => chance(count, N, accuracy));
    let alarms = 0;
    for (const [i, before] of counts.entries())
      for (const [j, after] of counts.entries())
        if (after < before && fisherTail({ count: before, n: N }, { count: after, n: N }) <= LEVEL)
          alarms += (weights[i] as number) * (weights[j] as number);
    expect(alarms).toBeLessThanOrEqual(LEVEL);
    expect(alarms).toBeGreaterThan(LEVEL / 4);
  });
});

describe('whole runs, both gates together', () => {
  const RUNS = 400;

  /** What an example is like belongs to it: wrong anyway, or falling always, never, or by chance. */
  const natures = Array.from({ length: 2 * N }, (_, example) => {
    const rng = keyedRng(1, 'nature', example);
    return rng.uniform() < 0.95 ? ([0, 0.5, 1][rng.int(3)] as number) : undefined;
  });

  /** Whether the attack succeeds is up to the seed. */
  function drawn(seed: number, from: number, ease: number) {
    const rng = keyedRng(seed, 'attack');
    const fates = natures.slice(from, from + N).map((falls): Fate => (rng.uniform() < (falls ?? 0) + ease ? 'f' : 'r'));
    return run(
      model(
        fates.map((fate, i) => (natures[from + i] === undefined ? 'w' : fate)),
        { from },
      ),
    );
  }

  function alarms(ease: number, shift: number): number {
    let count = 0;
    for (let i = 0; i < RUNS; i++) {
      const gates = evaluateGates(drawn(2 * i + 1, shift, ease), { baseline: drawn(2 * i, 0, 0) });
      if (gates?.some(({ counts }) => counts === 'fail')) count++;
    }
    return count;
  }

  it.each([
    ['the same examples', 0],
    ['half of them the same', 250],
    ['others', 500],
  ])('%s: a false alarm in 5 % of the runs at most', (_, shift) => {
    const count = alarms(0, shift);
    // The chance of so many or more, were it 5 %: this seed is no accident.
    expect(binomialTail(count, RUNS, 0.05)).toBeGreaterThan(0.01);
  });

  it('and an attack that gained eight points is noticed in nearly every run', () => {
    expect(alarms(0.13, 0)).toBeGreaterThan(0.95 * RUNS);
  });
});
