/** From single decisions to scores: accuracy by unit and severity, what is left of the model's skill, and which losses are more than chance. */
import { binomialTail } from '../../stats/binomial.ts';
import { type Bootstrapped, bootstrap } from '../../stats/bootstrap.ts';
import { clopperPearson, type Proportion, proportion } from '../../stats/proportion.ts';
import type { Cell, DegradedReply } from '../tasks/degraded.ts';

/** The decisions on the same examples, clean and degraded. */
export interface Trial {
  readonly seed: number;
  /** Whose random numbers intervals use. */
  readonly check: string;
  /** Right classes, in the order of the examples. */
  readonly labels: readonly number[];
  readonly clean: readonly number[];
  readonly cells: readonly Cell[];
  readonly replies: readonly DegradedReply[];
}

export interface CellScore extends Cell {
  readonly accuracy: Proportion;
  /** Upper end of the accuracy's interval, at 95 % for all cells together (Bonferroni). */
  readonly highest: number;
  /** Exact McNemar test, one-sided: P(so many more wrong by chance), times the number of cells. */
  readonly p: number;
}

export interface UnitScore {
  readonly unit: string;
  readonly cells: readonly CellScore[];
  /** Mean over its severities. */
  readonly accuracy: number;
  readonly interval: Bootstrapped;
  /** What is left of the clean accuracy above always answering the commonest class. */
  readonly kept: number;
  /** The least of its cells'. */
  readonly p: number;
}

export interface Scores {
  readonly n: number;
  readonly clean: Proportion;
  /** Share of the commonest class among the examples: what no model at all would reach. */
  readonly chance: number;
  readonly units: readonly UnitScore[];
  /** Mean over units and severities. */
  readonly accuracy: number;
  readonly interval: Bootstrapped;
  readonly kept: number;
  readonly keptInterval: Bootstrapped;
}

/** Share of accuracy above `chance` that is left: 0 where that is worse than `chance`, 1 where there was nothing to lose. */
export function keptOf(accuracy: number, clean: number, chance: number): number {
  return clean > chance ? Math.max(0, (accuracy - chance) / (clean - chance)) : 1;
}

export function scored(trial: Trial): Scores {
  const { labels, cells, replies, seed, check } = trial;
  const n = labels.length;
  const wasRight = labels.map((label, i) => Number(trial.clean[i] === label));
  const clean = proportion(sum(wasRight), n);
  const chance = largestShare(labels);
  const right = cells.map((_, c) => labels.map((label, i) => Number(replies[i]?.labels[c] === label)));
  const cellScores = cells.map((cell, c) => cellScore(cell, { right: right[c] as number[], wasRight, count: cells.length }));
  const names = [...new Set(cells.map(({ unit }) => unit))];
  const means = (of: (cell: Cell) => boolean): number[] => meanRows(right.filter((_, c) => of(cells[c] as Cell)));
  const perExample = names.map((unit) => means((cell) => cell.unit === unit));
  const all = means(() => true);
  const accuracy = sum(all) / n;
  const [mean, before] = [meanOf(all), meanOf(wasRight)];
  const [interval, keptInterval, ...own] = bootstrap(n, [mean, (at) => keptOf(mean(at), before(at), chance), ...perExample.map(meanOf)], {
    seed,
    key: [check],
  }) as [Bootstrapped, Bootstrapped, ...Bootstrapped[]];
  const units = names.map((unit, u): UnitScore => {
    const cells = cellScores.filter((cell) => cell.unit === unit);
    const value = sum(perExample[u] as number[]) / n;
    return {
      unit,
      cells,
      accuracy: value,
      interval: own[u] as Bootstrapped,
      kept: keptOf(value, clean.value, chance),
      p: Math.min(...cells.map(({ p }) => p)),
    };
  });
  return { n, clean, chance, units, accuracy, interval, kept: keptOf(accuracy, clean.value, chance), keptInterval };
}

function cellScore(
  { unit, severity }: Cell,
  { right, wasRight, count }: { right: readonly number[]; wasRight: readonly number[]; count: number },
): CellScore {
  const n = right.length;
  const worse = right.filter((now, i) => now === 0 && wasRight[i] === 1).length;
  const better = right.filter((now, i) => now === 1 && wasRight[i] === 0).length;
  const hits = sum(right);
  return {
    unit,
    severity,
    accuracy: proportion(hits, n),
    highest: clopperPearson(hits, n, 1 - 0.05 / count).high,
    p: Math.min(1, count * binomialTail(worse, worse + better, 0.5)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const meanOf =
  (values: readonly number[]) =>
  (at: Int32Array): number => {
    let total = 0;
    for (let i = 0; i < at.length; i++) total += values[at[i] as number] as number;
    return total / at.length;
  };

/** The mean over rows, for each example. */
function meanRows(rows: readonly (readonly number[])[]): number[] {
  return (rows[0] ?? []).map((_, i) => sum(rows.map((row) => row[i] as number)) / rows.length);
}

function largestShare(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return labels.length === 0 ? 0 : Math.max(...counts.values()) / labels.length;
}
