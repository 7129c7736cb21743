/** The verdict as the JSON of a shields.io endpoint badge. */
import type { AuditResult } from '../../audit/result.ts';
import { interval, percent } from '../format.ts';
import type { Tone } from '../names.ts';
import { VERDICTS } from '../names.ts';
import { overall } from '../overall.ts';

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
  const worst = result.models.find(({ summary }) => summary.verdict === verdict) ?? result;
  const { robustAccuracy: robust } = worst.summary;
  const badge = {
    schemaVersion: 1,
    label: 'robust accuracy',
    message: `${percent(robust)} (${interval(robust)})`,
    color: COLOURS[VERDICTS[verdict].tone],
  };
  return `${JSON.stringify(badge)}\n`;
}
