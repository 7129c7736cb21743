/** What became of each example under attack, and which classes turn into which. */
import type { ModelResult, SampleResult } from '../audit/result.ts';
import { confidence, distance, significantDown, size } from './format.ts';
import { className } from './names.ts';
import { proofOf, provedOf } from './proofs.ts';

/**
 * `wrong`: the model erred before any attack. `broken`: an attack succeeded. `certified`: it is proved that none can. `survived`: none of an audit's
 * attacks did. `undecided`: neither proved nor broken, where certificates alone were tried. `untried`: nothing was tried.
 */
export type Outcome = 'broken' | 'certified' | 'survived' | 'undecided' | 'untried' | 'wrong';

type Tried = Pick<ModelResult, 'attacks' | 'certificates'>;

export function outcome(sample: SampleResult, model: Tried): Outcome {
  const proof = proofOf(model, sample.index)?.status;
  if (sample.clean.label !== sample.label) return 'wrong';
  if (sample.adversarial !== null || proof === 'attacked') return 'broken';
  if (proof === 'certified') return 'certified';
  if (model.attacks.length > 0) return 'survived';
  return proof === undefined ? 'untried' : 'undecided';
}

export const OUTCOMES: Record<Outcome, string> = {
  broken: 'Broken',
  certified: 'Certified',
  survived: 'Survived',
  undecided: 'Undecided',
  untried: 'Not tried',
  wrong: 'Wrong already',
};

/** How many examples had each outcome. */
export function tally(model: Tried & Pick<ModelResult, 'samples'>): Record<Outcome, number> {
  const counts = { broken: 0, certified: 0, survived: 0, undecided: 0, untried: 0, wrong: 0 };
  for (const sample of model.samples) counts[outcome(sample, model)] += 1;
  return counts;
}

/** Was anything tried against the examples: by attacks, or on the way to certificates of this model? */
export function isTried(model: Tried): boolean {
  return model.attacks.length > 0 || provedOf(model) !== undefined;
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
    OUTCOMES[outcome(sample, model)],
    adversarial === null ? '–' : said(adversarial),
    adversarial === null ? '–' : adversarial.attack,
    adversarial === null ? '–' : distance(adversarial.distances, model.threat),
    eightBit === null ? '–' : eightBit ? 'yes' : 'no',
    ...(provedOf(model) ? [provedText(sample, model)] : []),
  ];
}

/** Up to which distance its class is proved. */
function provedText({ index }: SampleResult, model: ModelResult): string {
  const lower = proofOf(model, index)?.lower ?? 0;
  return lower > 0 ? size(lower, model.threat, significantDown) : '–';
}

/** The class an example ends up in, in the worst case. */
function finalLabel(sample: SampleResult): number {
  return sample.adversarial?.label ?? sample.clean.label;
}

/** Row: true class; column: class in the worst case; entry: number of examples on which anything was tried. */
export function confusionMatrix(model: ModelResult): number[][] {
  const { classes } = model.data;
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const sample of model.samples) {
    if (outcome(sample, model) === 'untried') continue;
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
    if (sample.adversarial === null || outcome(sample, model) !== 'broken') continue;
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
    if (other === undefined || isMute(outcome(sample, a)) || isMute(outcome(other, b))) continue;
    result.shared += 1;
    const inA = outcome(sample, a) === 'broken';
    const inB = outcome(other, b) === 'broken';
    if (inA && inB) result.both += 1;
    else if (inA) result.onlyA += 1;
    else if (inB) result.onlyB += 1;
  }
  return result.shared > 0 ? result : null;
}

/** Says nothing of what attacks can do. */
const isMute = (one: Outcome): boolean => one === 'wrong' || one === 'untried';
