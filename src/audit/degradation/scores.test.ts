import { describe, expect, it } from 'vitest';
import { alexNetShare } from './alexnet.ts';
import { type Scores, scored, type Trial } from './scores.ts';

/** Ten examples of two classes; 8 right when clean; one unit turns four of these and mends one, another changes nothing. */
const labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
const clean = [0, 0, 0, 0, 0, 1, 1, 1, 1, 0];
const bad = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0];
const trial: Trial = {
  seed: 0,
  check: 'test',
  labels,
  clean,
  cells: [
    { unit: 'bad', severity: 1 },
    { unit: 'none', severity: 1 },
  ],
  replies: labels.map((_, index) => ({ index, labels: [bad[index] as number, clean[index] as number], confidences: [1, 1] })),
};

describe('scored', () => {
  it('counts, compares with the commonest class, and tests in pairs', () => {
    const scores = scored(trial);
    expect(scores).toMatchObject({ n: 10, chance: 0.6, clean: { value: 0.8 } });
    const [unit, none] = scores.units as [Scores['units'][number], Scores['units'][number]];
    expect(unit.accuracy).toBeCloseTo(0.5, 12);
    // (0.5 − 0.6)/(0.8 − 0.6) is below 0
    expect(unit.kept).toBe(0);
    expect(none.kept).toBeCloseTo(1, 12);
    expect(scores.accuracy).toBeCloseTo(0.65, 12);
    expect(scores.kept).toBeCloseTo(0.25, 12);
    // Four worse, one better: (C(5,4) + C(5,5))/2⁵ = 6/32, for two cells.
    expect(unit.p).toBeCloseTo(12 / 32, 12);
    expect(none.p).toBe(1);
    expect(unit.cells[0]?.highest).toBeGreaterThan(unit.cells[0]?.accuracy.high as number);
    expect(unit.interval.low).toBeLessThan(0.5);
    expect(unit.interval.high).toBeGreaterThan(0.5);
  });

  it('says nothing in the unit of AlexNet unless all is there', () => {
    expect(alexNetShare(scored(trial))).toBeUndefined();
  });
});
