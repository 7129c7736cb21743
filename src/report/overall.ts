/** The verdict over all models of a run: the only model's headline, or one clause for each model and the worst of their tones. */
import type { AuditResult, ModelResult } from '../audit/result.ts';
import { percent } from './format.ts';
import type { Verdict } from './names.ts';

const CLAUSES: Record<Verdict, string> = { broken: 'breaks', fragile: 'is fragile', robust: 'holds', undecided: 'is undecided' };
const WORST_FIRST: readonly Verdict[] = ['broken', 'fragile', 'undecided', 'robust'];

export function overall({ models, summary }: AuditResult): { verdict: Verdict; headline: string } {
  const [only, ...others] = models;
  if (!only || others.length === 0) return { verdict: summary.verdict, headline: summary.headline };
  const verdicts = models.map((model) => model.summary.verdict);
  const verdict = WORST_FIRST.find((one) => verdicts.includes(one)) ?? summary.verdict;
  const clauses = models.map(({ name, summary: own }) => `${name} ${CLAUSES[own.verdict]}${survivors(own)}`);
  return { verdict, headline: `${clauses.slice(0, -1).join(', ')}, ${clauses.at(-1)}.` };
}

/** An undecided model's figure is one that could not be trusted; where nothing was attacked there is none. */
function survivors({ verdict, robustAccuracy }: ModelResult['summary']): string {
  if (robustAccuracy.n === 0) return '';
  return ` (${verdict === 'undecided' ? 'at most ' : ''}${percent(robustAccuracy)} survive)`;
}
