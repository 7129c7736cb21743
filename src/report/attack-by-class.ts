/** What each attack breaks of each class: a matrix made from the examples and the survivors of the attacks. */
import type { DetailOf } from '../audit/details.ts';
import type { ModelResult, SampleResult } from '../audit/result.ts';
import { attackLabel, className } from './names.ts';

/** A class with fewer correct examples says too little. */
const FEWEST = 5;

/** Columns of the matrix; of more classes those that break most are shown. */
const MOST = 16;

/** The share of each class that is broken. */
function sharesOf(samples: readonly SampleResult[], isBroken: (index: number) => boolean): Map<number, number> {
  const totals = new Map<number, { broken: number; of: number }>();
  for (const { label, index } of samples) {
    const total = totals.get(label) ?? { broken: 0, of: 0 };
    totals.set(label, { broken: total.broken + (isBroken(index) ? 1 : 0), of: total.of + 1 });
  }
  return new Map([...totals].map(([label, { broken, of }]) => [label, broken / of]));
}

/** The share of each class's correct examples that an attack breaks; null where nothing can be told. */
export function attackByClass(model: ModelResult): { matrix: DetailOf<'heat-map'>; shown: number; of: number } | null {
  const correct = model.samples.filter((sample) => sample.clean.label === sample.label);
  const totals = new Map<number, number>();
  for (const { label } of correct) totals.set(label, (totals.get(label) ?? 0) + 1);
  const rows = model.attacks
    // An attack that saw only a part of the examples says nothing about the classes of the others.
    .filter((attack) => attack.successRate.n === correct.length)
    .map((attack) => ({ name: attackLabel(model.attacks, attack), survivors: new Set(attack.survivors) }));
  const told = [...totals.keys()].filter((label) => (totals.get(label) ?? 0) >= FEWEST);
  if (rows.length === 0 || told.length < 2) return null;
  const fell = new Set(correct.filter((sample) => sample.adversarial !== null).map(({ index }) => index));
  const worst = sharesOf(correct, (index) => fell.has(index));
  const labels = told
    .sort((a, b) => (worst.get(b) ?? 0) - (worst.get(a) ?? 0) || a - b)
    .slice(0, MOST)
    .sort((a, b) => a - b);
  return {
    shown: labels.length,
    of: told.length,
    matrix: {
      kind: 'heat-map',
      title: 'Share of each class that an attack breaks',
      rows: [...rows.map(({ name }) => name), 'worst case'],
      columns: labels.map((label) => className(model, label)),
      values: [...rows.map(({ survivors }) => sharesOf(correct, (index) => !survivors.has(index))), worst].map((shares) =>
        labels.map((label) => shares.get(label) ?? 0),
      ),
      unit: 'share',
      better: 'lower',
    },
  };
}
