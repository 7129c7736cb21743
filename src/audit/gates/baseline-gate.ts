/** Gates against a baseline: a figure may change by so much at most, or no loss may be shown. */

import { type Difference, differenceOf } from '../../stats/difference.ts';
import { ACCURACIES, type Accuracy, type AccuracyChange, accuracyChange } from '../compare/accuracy.ts';
import { against as reasonAgainst } from '../compare/comparable.ts';
import type { Metric } from '../metric.ts';
import type { AuditResult } from '../result.ts';
import { pText } from '../words.ts';
import { type FigureTarget, figureOf, type GateVerdict, undecidedOf, unmeasured } from './figure-gate.ts';
import type { GateResult } from './gate-result.ts';
import { figureText, limitText, neededText } from './gate-words.ts';
import { settle } from './settle.ts';

export interface Compared {
  readonly before: FigureTarget & { readonly run: AuditResult['run'] };
  readonly after: FigureTarget & { readonly run: AuditResult['run'] };
}

type Allowed = { readonly kind: 'maxDrop' | 'maxRise'; readonly limit: number };

/** Only accuracies are kept by example, and can be paired. */
export function accuracyOf({ check, figure }: Pick<FigureTarget, 'check' | 'figure'>): Accuracy | undefined {
  return check === 'evasion' ? ACCURACIES.find((one) => one === figure) : undefined;
}

/** Why two figures cannot be set against each other. */
function obstacle({ before, after }: Compared): string | undefined {
  return reasonAgainst(before, before, after);
}

/** Why a check that could not decide does not bear this outcome: it has tried too little, so nothing is shown to be kept. That a figure is even worse than it says does not save it. */
function doubt({ before, after }: Compared, outcome: GateVerdict['outcome']): string | undefined {
  if (outcome === 'cannot-tell') return undefined;
  const is = outcome === 'pass' ? undecidedOf(after) : undefined;
  if (is !== undefined) return `the check ${is}`;
  const was = undecidedOf(before);
  return was === undefined ? undefined : `in the baseline the check ${was}`;
}

/** A change beyond what is allowed fails; one within it passes where its interval stays within it, too. */
export function changeGate(compared: Compared, { kind, limit }: Allowed): GateVerdict {
  const [was, is] = [figureOf(compared.before), figureOf(compared.after)];
  if (typeof is === 'string') return unmeasured({ kind, limit }, is);
  if (typeof was === 'string') return unmeasured({ kind, limit }, `In the baseline: ${was}`);
  const against = obstacle(compared);
  if (against !== undefined) return unmeasured({ kind, limit }, `Not comparable: ${against}.`);
  const accuracy = accuracyOf(compared.after);
  const change = accuracy && accuracyChange(compared.before.model, compared.after.model, accuracy);
  const difference = change?.difference ?? differenceOfMetrics(was, is);
  if (difference === undefined) return unmeasured({ kind, limit }, `${is.label}: ${(is.value === null ? is : was).method}`);
  const n = change?.n ?? (was.n === null || is.n === null ? null : Math.min(was.n, is.n));
  const unit = is.unit === 'share' ? ('difference' as const) : is.unit;
  const bare = was.low === null && is.low === null;
  const measured = { value: difference.value, low: bare ? null : difference.low, high: bare ? null : difference.high, n };
  // A drop is a change below zero: it may not lie below −limit.
  const settled = kind === 'maxDrop' ? settle(measured, 'min', -limit) : settle(measured, 'max', limit);
  const doubtful = doubt(compared, settled.outcome);
  const { outcome, nNeeded } = doubtful === undefined ? settled : { outcome: 'cannot-tell' as const, nNeeded: null };
  const figure = { label: `Change of ${lowered(is.label)}`, ...measured, unit };
  const asked = `${kind === 'maxDrop' ? 'a drop' : 'a rise'} of at most ${limitText(limit, unit)}`;
  const open = doubtful ?? 'the value keeps it, but its interval reaches beyond: not shown';
  const how = { pass: 'kept', fail: 'not kept', 'cannot-tell': open }[outcome];
  const text = `${figure.label}: ${figureText(figure)}${pairsText(change)}; ${asked}: ${how}.${neededText({ nNeeded }, compared.after.model.data.of)}`;
  return { kind, limit, outcome, figure, nNeeded, comparison: comparisonOf(was, is, change), text };
}

/** Fails where the examples show that it has become worse: one-sided, exact, at the given level. */
export function noLossGate(compared: Compared, alpha: number): GateVerdict {
  const asked = { kind: 'no-loss', limit: alpha } as const;
  const accuracy = accuracyOf(compared.after);
  const [was, is] = [figureOf(compared.before), figureOf(compared.after)];
  if (typeof is === 'string') return unmeasured(asked, is);
  if (typeof was === 'string') return unmeasured(asked, `In the baseline: ${was}`);
  const against = obstacle(compared);
  if (against !== undefined) return unmeasured(asked, `Not comparable: ${against}. Make a new baseline.`);
  const change = accuracy && accuracyChange(compared.before.model, compared.after.model, accuracy);
  if (!change) return unmeasured(asked, `${is.label} was not measured in both runs.`);
  const shown = change.worsePValue <= alpha ? 'fail' : 'pass';
  const doubtful = doubt(compared, shown);
  const figure = { label: `Change of ${lowered(is.label)}`, ...change.difference, n: change.n, unit: 'difference' as const };
  const p = pText(change.worsePValue);
  const said = shown === 'fail' ? `a loss is shown (${p}, at or below ${round(alpha)})` : `no loss is shown (${p}, above ${round(alpha)})`;
  const text = `${figure.label}: ${figureText(figure)}${pairsText(change)}: ${said}${doubtful === undefined ? '' : `, but ${doubtful}`}.`;
  const outcome = doubtful === undefined ? shown : ('cannot-tell' as const);
  return { ...asked, outcome, figure, nNeeded: null, comparison: comparisonOf(was, is, change), text };
}

const round = (value: number): string => String(Number(value.toPrecision(3)));

function pairsText(change: AccuracyChange | undefined): string {
  if (!change) return '';
  if (change.unpaired !== undefined) return `, compared as two samples because ${change.unpaired}`;
  return `, on the same examples: ${change.worse.length} got worse, ${change.better.length} better`;
}

/** By square-and-add where both have intervals; the bare difference of two figures that nothing was sampled for. */
function differenceOfMetrics(was: Metric, is: Metric): Difference | undefined {
  if (was.value === null || is.value === null) return undefined;
  const estimate = ({ low, high }: Metric, value: number) => ({ value, low: low ?? value, high: high ?? value });
  return differenceOf(estimate(was, was.value), estimate(is, is.value));
}

function comparisonOf(was: Metric, is: Metric, change: AccuracyChange | undefined): GateResult['comparison'] {
  return {
    method: change?.method ?? 'square-and-add of the two intervals',
    paired: change !== undefined && change.unpaired === undefined,
    before: was.value,
    after: is.value,
    worse: change && change.unpaired === undefined ? change.worse.length : null,
    better: change && change.unpaired === undefined ? change.better.length : null,
    pValue: change?.worsePValue ?? null,
  };
}

const lowered = (label: string): string => (/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label);
