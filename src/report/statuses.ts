/** The statuses of checks: their words, tones and order, worst first. */
import type { Status } from '../audit/check-result.ts';
import type { Tone } from './names.ts';

export const STATUSES: Record<Status, { word: string; many: string; tone: Tone; rank: number }> = {
  fail: { word: 'Failed', many: 'failed', tone: 'bad', rank: 0 },
  error: { word: 'Error', many: 'with an error', tone: 'bad', rank: 1 },
  warn: { word: 'Warning', many: 'with a warning', tone: 'warn', rank: 2 },
  undecided: { word: 'Undecided', many: 'undecided', tone: 'mute', rank: 3 },
  pass: { word: 'Passed', many: 'passed', tone: 'good', rank: 4 },
  'not-applicable': { word: 'Not applicable', many: 'not applicable', tone: 'none', rank: 5 },
};

/** Worst first. */
export const STATUS_ORDER = (Object.keys(STATUSES) as Status[]).sort((a, b) => STATUSES[a].rank - STATUSES[b].rank);
