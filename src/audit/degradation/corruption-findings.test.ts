import { describe, expect, it } from 'vitest';
import { keyedRng } from '../../rng/rng.ts';
import { corruptionFindings } from './corruption-findings.ts';
import { scored } from './scores.ts';

const UNITS = ['a', 'b', 'c', 'd'].map((id) => ({
  id,
  name: id.toUpperCase(),
  family: 'noise',
  isExtra: false,
  severities: ['1', '2', '3'],
}));

/** Ten classes; clean accuracy `clean`, and that of each unit at severities 1 to 3. */
function judged(n: number, clean: number, accuracies: Readonly<Record<string, readonly number[]>>, seed = 0) {
  const rng = keyedRng(seed, 'findings');
  const labels = Array.from({ length: n }, (_, i) => i % 10);
  const luck = labels.map(() => rng.uniform());
  // Examples near the threshold flip first, as real ones do, with some that are mended.
  const answers = (accuracy: number): number[] =>
    labels.map((label, i) => ((luck[i] as number) + 0.05 * (rng.uniform() - 0.5) < accuracy ? label : (label + 1) % 10));
  const cells = Object.entries(accuracies).flatMap(([unit, own]) => own.map((_, i) => ({ unit, severity: i + 1 })));
  const rows = Object.values(accuracies).flatMap((own) => own.map(answers));
  const scores = scored({
    seed,
    check: 'test',
    labels,
    clean: answers(clean),
    cells,
    replies: labels.map((_, index) => ({ index, labels: rows.map((row) => row[index] as number), confidences: rows.map(() => 1) })),
  });
  return corruptionFindings(scores, UNITS, 'image');
}

const ids = ({ findings }: ReturnType<typeof judged>): string[] => findings.map(({ id }) => id);

describe('corruptionFindings', () => {
  it('is silent where nothing is lost: no alarm in thirty runs with nothing but chance', () => {
    const flat = { a: [0.9, 0.9, 0.9], b: [0.9, 0.9, 0.9], c: [0.9, 0.9, 0.9], d: [0.9, 0.9, 0.9] };
    const alarms = Array.from({ length: 30 }, (_, seed) => ids(judged(200, 0.9, flat, seed))).filter((found) => found.length > 0);
    // The family-wise error is 5 %: more than 6 of 30 would come about once in a thousand times.
    expect(alarms.length).toBeLessThanOrEqual(6);
  });

  it('tells collapse from a material loss and from a small one', () => {
    expect(ids(judged(300, 0.9, { a: [0.2, 0.1, 0.1], b: [0.3, 0.2, 0.1] }))).toEqual(['collapse', 'mild', 'material-loss']);
    expect(ids(judged(300, 0.9, { a: [0.8, 0.6, 0.4], b: [0.9, 0.9, 0.89] }))).toEqual(['material-loss']);
    expect(ids(judged(300, 0.9, { a: [0.88, 0.84, 0.78], b: [0.9, 0.9, 0.9] }))).toEqual(['some-loss']);
  });

  it('cannot tell from a handful, nor where there is no skill', () => {
    expect(judged(20, 0.9, { a: [0.9, 0.9, 0.9] }).undecided).toContain('too few');
    expect(judged(300, 0.1, { a: [0.1, 0.1, 0.1] }).undecided).toContain('no skill');
  });
});
