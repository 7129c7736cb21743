import { describe, expect, it } from 'vitest';
import { keyedRng } from '../../rng/rng.ts';
import { breaksAt, pollutionMetrics } from './pollution-evidence.ts';
import { pollutionFindings } from './pollution-findings.ts';
import { type Scores, scored } from './scores.ts';

const AREAS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4];
const UNITS = ['dirt', 'pixels'].map((id) => ({
  id,
  name: id,
  family: id === 'dirt' ? 'lens' : 'sensor',
  isExtra: false,
  severities: AREAS.map((area) => `${100 * area} %`),
  amounts: AREAS,
}));

/** 300 examples of ten classes, 90 % right when clean, and accuracies by severity 1 to 6. */
function scores(accuracies: Readonly<Record<string, readonly number[]>>): Scores {
  const rng = keyedRng(0, 'pollution');
  const labels = Array.from({ length: 300 }, (_, i) => i % 10);
  const luck = labels.map(() => rng.uniform());
  const answers = (accuracy: number): number[] => labels.map((label, i) => ((luck[i] as number) < accuracy ? label : (label + 1) % 10));
  const rows = Object.values(accuracies).flatMap((own) => own.map(answers));
  return scored({
    seed: 0,
    check: 'test',
    labels,
    clean: answers(0.9),
    cells: Object.entries(accuracies).flatMap(([unit, own]) => own.map((_, i) => ({ unit, severity: i + 1 }))),
    replies: labels.map((_, index) => ({ index, labels: rows.map((row) => row[index] as number), confidences: rows.map(() => 1) })),
  });
}

const FINE = [0.9, 0.9, 0.9, 0.9, 0.9, 0.9];

describe('a polluted sensor', () => {
  it('passes, loses a little, a fifth, or more than half, by how much is covered', () => {
    const ids = (dirt: readonly number[]): string[] =>
      pollutionFindings(scores({ dirt, pixels: FINE }), UNITS).findings.map(({ id }) => id);
    expect(ids(FINE)).toEqual([]);
    // Only at 40 % of the lens: nobody expects otherwise.
    expect(ids([0.9, 0.9, 0.9, 0.9, 0.9, 0.1])).toEqual([]);
    expect(ids([0.9, 0.9, 0.9, 0.88, 0.6, 0.1])).toEqual(['some-loss']);
    expect(ids([0.9, 0.88, 0.8, 0.6, 0.3, 0.1])).toEqual(['material-loss']);
    expect(ids([0.9, 0.6, 0.3, 0.2, 0.1, 0.1])).toEqual(['breaks-early', 'material-loss']);
  });

  it('says at which area it breaks, and that nothing did', () => {
    const made = scores({ dirt: [0.9, 0.8, 0.6, 0.45, 0.3, 0.1], pixels: FINE });
    // Half of the skill: 0.1 + (0.9 − 0.1)/2 = 0.5.
    expect(breaksAt(made.units[0] as (typeof made.units)[number], made)?.severity).toBe(4);
    const metrics = pollutionMetrics(made, UNITS);
    expect(metrics.breakingArea).toMatchObject({ value: 0.1, n: 300 });
    expect(metrics.breakingArea?.method).toContain('(dirt)');
    expect(metrics.breakingPixels?.value).toBeNull();
    expect(metrics.breakingPixels?.method).toContain('nothing up to 40 %');
  });
});
