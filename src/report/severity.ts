/** The severities of findings: their words, tones and order. */
import type { Finding } from '../audit/result.ts';
import type { Tone } from './names.ts';

export const SEVERITIES: Record<Finding['severity'], { word: string; tone: Tone; rank: number }> = {
  critical: { word: 'Critical', tone: 'bad', rank: 0 },
  high: { word: 'High', tone: 'bad', rank: 1 },
  medium: { word: 'Medium', tone: 'warn', rank: 2 },
  low: { word: 'Low', tone: 'warn', rank: 3 },
  info: { word: 'Note', tone: 'info', rank: 4 },
  pass: { word: 'Passed', tone: 'good', rank: 5 },
};

/** The findings, worst first; equal ones keep their order. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => SEVERITIES[a.severity].rank - SEVERITIES[b.severity].rank);
}
