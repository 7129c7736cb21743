/** The gates of a run as its reports need them: worst first, each with its rule in short, its sign and its tone. */
import type { AuditResult, GateResult } from '../audit/result.ts';
import { plural } from './format.ts';
import { inUnit } from './metric-text.ts';
import type { Tone } from './names.ts';

export const GATE_OUTCOMES: Record<GateResult['outcome'], string> = { pass: 'Kept', fail: 'Not kept', 'cannot-tell': 'Not shown' };

const TONES: Record<GateResult['counts'], Tone> = { pass: 'good', warn: 'warn', fail: 'bad' };
const RANK: Record<GateResult['counts'], number> = { fail: 0, warn: 1, pass: 2 };

export const gateTone = ({ counts }: GateResult): Tone => TONES[counts];

/** Worst first; equal ones in their own order. */
export function gatesOf({ gates = [] }: Pick<AuditResult, 'gates'>): GateResult[] {
  return [...gates].sort((a, b) => RANK[a.counts] - RANK[b.counts]);
}

/** The rule in short, e.g. `evasion.robustAccuracy ≥ 40 %`. */
export function gateRule({ name: own, kind, limit, severity, figure }: GateResult): string {
  // The model is said beside it, where there are several.
  const name = own.slice(own.lastIndexOf(':') + 1);
  const size = limit === null ? '' : limitText(limit, figure?.unit);
  switch (kind) {
    case 'min':
      return `${name} ≥ ${size}`;
    case 'max':
      return `${name} ≤ ${size}`;
    case 'maxDrop':
      return `${name} drops ≤ ${size}`;
    case 'maxRise':
      return `${name} rises ≤ ${size}`;
    case 'maxSeverity':
      return `${name} ≤ ${severity}`;
    default:
      return `${name}: no loss`;
  }
}

/** As many digits as it was written with. */
function limitText(limit: number, unit: string | undefined): string {
  const digits = (value: number): string => String(Number(value.toPrecision(6)));
  if (unit === 'share') return `${digits(100 * limit)} %`;
  if (unit === 'difference') return `${digits(100 * limit)} points`;
  return unit === undefined || unit === 'bytes' || unit === 'ms' ? inUnit(limit, unit) : digits(limit);
}

/** Such as "1 of 4 gates failed, 1 warns" or "4 gates hold". */
export function gatesHeadline(gates: readonly GateResult[]): { tone: Tone; text: string } {
  const failed = gates.filter(({ counts }) => counts === 'fail').length;
  const warned = gates.filter(({ counts }) => counts === 'warn').length;
  const warning = warned === 0 ? '' : `, ${warned} ${warned === 1 ? 'warns' : 'warn'}`;
  if (failed > 0) return { tone: 'bad', text: `${failed} of ${plural(gates.length, 'gate')} failed${warning}` };
  if (warned > 0) return { tone: 'warn', text: `${plural(gates.length, 'gate')}: none failed${warning}` };
  return { tone: 'good', text: gates.length === 1 ? 'The gate holds' : `All ${gates.length} gates hold` };
}
