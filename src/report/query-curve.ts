/** From attacks that ask questions to the share of examples that they had broken after so many of them. */
import type { AttackResult, ModelResult } from '../audit/result.ts';
import { proportion } from '../stats/proportion.ts';
import { count, interval, percent } from './format.ts';
import { attackLabel } from './names.ts';

/** A step: from so many questions on, this share is broken. */
export interface QueryStep {
  readonly queries: number;
  readonly share: number;
}

export interface QuerySeries {
  readonly name: string;
  readonly style: string;
  /** Questions by which half of the examples fell; null where fewer did. */
  readonly median: number | null;
  readonly steps: readonly QueryStep[];
}

export interface QueryCurve {
  readonly series: readonly QuerySeries[];
  /** The axis ends here. */
  readonly end: number;
  /** The same as a table: shares after so many questions. */
  readonly columns: readonly number[];
  readonly rows: readonly { readonly name: string; readonly median: string; readonly cells: readonly string[] }[];
}

/** Null where no attack of the result asked for scores or labels. */
export function queryCurve(model: ModelResult): QueryCurve | null {
  const asking = model.attacks.filter(hasQuestions);
  const end = Math.max(...asking.map(({ toSuccess }) => toSuccess.queries.at(-1) ?? 1));
  if (asking.length === 0) return null;
  const columns = [1, 10, 100, 1000, 10_000, 100_000].filter((at) => at < 10 * end);
  const series = asking.map((attack, i): QuerySeries => {
    const { queries, median } = attack.toSuccess;
    return {
      name: attackLabel(model.attacks, attack),
      style: `series-${i % 4}`,
      median,
      steps: stepsOf(queries, attack.successRate.n, end),
    };
  });
  const rows = asking.map(({ toSuccess: { queries }, successRate: { n } }, i) => ({
    name: series[i]?.name ?? '',
    median: medianText(series[i]?.median ?? null),
    cells: columns.map((at) => {
      const share = proportion(queries.filter((own) => own <= at).length, n);
      return `${percent(share)} (${interval(share)})`;
    }),
  }));
  return { series, end, columns, rows };
}

type Asking = AttackResult & { readonly toSuccess: NonNullable<AttackResult['toSuccess']> };

const hasQuestions = (attack: AttackResult): attack is Asking => attack.toSuccess !== undefined && attack.successRate.n > 0;

export const medianText = (median: number | null): string => (median === null ? 'never (more than half stand)' : count(Math.round(median)));

/** From one question to the end of the axis. */
function stepsOf(queries: readonly number[], n: number, end: number): QueryStep[] {
  const steps = queries.flatMap((own, i): QueryStep[] =>
    queries[i + 1] === own ? [] : [{ queries: Math.max(1, own), share: (i + 1) / n }],
  );
  return [{ queries: 1, share: steps[0]?.queries === 1 ? steps[0].share : 0 }, ...steps, { queries: end, share: queries.length / n }];
}
