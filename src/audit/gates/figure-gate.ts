/** A gate on a figure of a check: `min` and `max`. */
import { allMetrics, type CheckResult } from '../check-result.ts';
import type { Metric } from '../metric.ts';
import type { ModelResult } from '../result.ts';
import type { GateResult } from './gate-result.ts';
import { figureText, limitText, neededText } from './gate-words.ts';
import { type Measured, settle } from './settle.ts';

/** What a kind of gate finds out; name, level and what it counts as are added outside. */
export type GateVerdict = Omit<GateResult, 'name' | 'model' | 'level' | 'counts'>;

export interface FigureTarget {
  readonly model: ModelResult;
  readonly checks: readonly CheckResult[];
  readonly check: string;
  readonly figure: string;
}

export const isExact = ({ unit, method }: Metric): boolean => unit === 'share' && method === 'Clopper–Pearson';

export function figureGate(target: FigureTarget, kind: 'min' | 'max', limit: number): GateVerdict {
  const found = figureOf(target);
  if (typeof found === 'string') return unmeasured({ kind, limit }, found);
  const measured: Measured = { ...found, isExact: isExact(found) };
  const settled = settle(measured, kind, limit);
  // What was tried too little to decide cannot show that a limit is kept; that it is not kept, it can.
  const undecided = settled.outcome === 'pass' ? undecidedOf(target) : undefined;
  const { outcome, nNeeded } = undecided === undefined ? settled : { outcome: 'cannot-tell' as const, nNeeded: null };
  const { label, value, n, low, high, unit } = found;
  const asked = `${kind === 'min' ? 'at least' : 'at most'} ${limitText(limit, unit)}`;
  const how = {
    pass: 'kept',
    fail: 'not kept',
    'cannot-tell':
      undecided !== undefined
        ? `the value keeps it, but the check ${undecided}`
        : value === null
          ? `nothing to hold against it: ${found.method}`
          : 'the value keeps it, but its interval reaches beyond: not shown',
  }[outcome];
  const odd = found.better === (kind === 'min' ? 'lower' : 'higher') ? ` Note that this figure is better when ${found.better}.` : '';
  const of = n === target.model.data.n ? target.model.data.of : undefined;
  return {
    kind,
    limit,
    outcome,
    figure: { label, value, n, low, high, unit },
    nNeeded,
    comparison: null,
    text: `${label} ${figureText(found)}; ${asked}: ${how}.${neededText({ nNeeded }, of)}${odd}`,
  };
}

/** Why the check could not decide, if it could not, to be said of it. Clean accuracy is counted, whatever came of the attacks. */
export function undecidedOf({ checks, check: id, figure }: FigureTarget): string | undefined {
  if (figure === 'cleanAccuracy') return undefined;
  const check = checks.find((one) => one.id === id);
  if (check?.status !== 'undecided' && check?.status !== 'error') return undefined;
  const reason = (check.reason ?? 'it says no reason').replace(/\.$/, '');
  return `${check.status === 'error' ? 'ended in an error' : 'is undecided'}: ${reason}`;
}

/** The figure, or why there is none. */
export function figureOf({ checks, check: id, figure: name }: FigureTarget): Metric | string {
  const check = checks.find((one) => one.id === id);
  if (!check) return `The check ${id} was not part of this run.`;
  const metrics = allMetrics(check);
  const metric = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  if (metric) return metric;
  if (check.reason !== null) return `The check ${id} has no figures: ${check.reason}`;
  return `The check ${id} has no figure ${name}; it has ${Object.keys(metrics).join(', ') || 'none'}.`;
}

/** A gate on something that was not measured: it cannot tell. */
export function unmeasured(asked: Pick<GateVerdict, 'kind' | 'limit' | 'severity'>, why: string): GateVerdict {
  return { ...asked, outcome: 'cannot-tell', figure: null, nNeeded: null, comparison: null, text: why };
}
