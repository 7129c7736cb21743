/** What became of each example under attack, and which classes turn into which. */
import type { ModelResult, SampleResult } from '../audit/result.ts';
import { confidence, distance } from './format.ts';
import { className } from './names.ts';

/** `wrong`: the model erred before any attack. `broken`: an attack succeeded. `survived`: none did. */
export type Outcome = 'broken' | 'survived' | 'wrong';

export function outcome(sample: SampleResult): Outcome {
  if (sample.clean.label !== sample.label) return 'wrong';
  return sample.adversarial === null ? 'survived' : 'broken';
}

export const OUTCOMES: Record<Outcome, string> = { broken: 'Broken', survived: 'Survived', wrong: 'Wrong already' };

/** How many examples had each outcome. */
export function tally(samples: readonly SampleResult[]): Record<Outcome, number> {
  const counts = { broken: 0, survived: 0, wrong: 0 };
  for (const sample of samples) counts[outcome(sample)] += 1;
  return counts;
}

/** The texts of one row of the sample table; the page's script builds the same for rows not rendered. */
export function sampleCells(sample: SampleResult, model: ModelResult): string[] {
  const said = (p: { label: number; confidence: number | null }): string => {
    const sure = confidence(p.confidence);
    return className(model, p.label) + (sure === null ? '' : ` (${sure})`);
  };
  const { adversarial } = sample;
  const eightBit = adversarial?.survives8bit ?? null;
  return [
    String(sample.index),
    sample.id,
    className(model, sample.label),
    said(sample.clean),
    OUTCOMES[outcome(sample)],
    adversarial === null ? '–' : said(adversarial),
    adversarial === null ? '–' : adversarial.attack,
    adversarial === null ? '–' : distance(adversarial.distances, model.threat),
    eightBit === null ? '–' : eightBit ? 'yes' : 'no',
  ];
}

/** The class an example ends up in, in the worst case. */
function finalLabel(sample: SampleResult): number {
  return sample.adversarial?.label ?? sample.clean.label;
}

/** Row: true class; column: class in the worst case; entry: number of examples. */
export function confusionMatrix(model: ModelResult): number[][] {
  const { classes } = model.data;
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const sample of model.samples) {
    const row = matrix[sample.label];
    const column = finalLabel(sample);
    if (row?.[column] !== undefined) row[column] += 1;
  }
  return matrix;
}

export type Confusion = { from: number; to: number; count: number };

/** The most frequent changes of class that attacks caused, most frequent first. */
export function topConfusions(model: ModelResult, limit: number): Confusion[] {
  const counts = new Map<string, Confusion>();
  for (const sample of model.samples) {
    if (outcome(sample) !== 'broken') continue;
    const to = finalLabel(sample);
    const key = `${sample.label}>${to}`;
    const entry = counts.get(key) ?? { from: sample.label, to, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.from - b.from || a.to - b.to).slice(0, limit);
}

/** The fate of the same examples under two models; null unless both were audited on the same data. */
export function pairedBreaks(a: ModelResult, b: ModelResult): { shared: number; onlyA: number; onlyB: number; both: number } | null {
  if (a.data.sha256 !== b.data.sha256) return null;
  const ofB = new Map(b.samples.map((sample) => [sample.index, sample]));
  const result = { shared: 0, onlyA: 0, onlyB: 0, both: 0 };
  for (const sample of a.samples) {
    const other = ofB.get(sample.index);
    if (other === undefined || outcome(sample) === 'wrong' || outcome(other) === 'wrong') continue;
    result.shared += 1;
    const inA = outcome(sample) === 'broken';
    const inB = outcome(other) === 'broken';
    if (inA && inB) result.both += 1;
    else if (inA) result.onlyA += 1;
    else if (inB) result.onlyB += 1;
  }
  return result.shared > 0 ? result : null;
}
