/** The verdict as the JSON of a shields.io endpoint badge. */
import type { AuditResult } from '../../audit/result.ts';
import { interval, percent } from '../format.ts';
import type { Tone } from '../names.ts';
import { VERDICTS } from '../names.ts';
import { overall } from '../overall.ts';
import { provedOf, unbrokenOf } from '../proofs.ts';

const COLOURS: Record<Tone, string> = {
  good: 'brightgreen',
  warn: 'yellow',
  bad: 'red',
  mute: 'lightgrey',
  info: 'blue',
  none: 'lightgrey',
};

/** Of the model that fares worst. */
export function renderBadge(result: AuditResult): string {
  const { verdict } = overall(result);
  const worst = result.models.find(({ summary }) => summary.verdict === verdict);
  // Where certificates alone tell of it, what is proved is the figure.
  const proved = worst && unbrokenOf(worst) && provedOf(worst)?.certified;
  const share = proved ?? (worst ?? result).summary.robustAccuracy;
  const badge = {
    schemaVersion: 1,
    label: proved ? 'certified accuracy' : 'robust accuracy',
    message: `${percent(share)} (${interval(share)})`,
    color: COLOURS[VERDICTS[verdict].tone],
  };
  return `${JSON.stringify(badge)}\n`;
}
