/** The sentences of gates: figures, limits and what is missing. */
import type { Metric, Unit } from '../metric.ts';
import { valueText } from '../words.ts';
import type { Settled } from './settle.ts';

type Figure = Pick<Metric, 'label' | 'value' | 'low' | 'high' | 'n' | 'unit'>;

/** A limit as it was written, without decimals of its own making. */
export function limitText(limit: number, unit: Unit): string {
  const rounded = (value: number): string => String(Number(value.toPrecision(6)));
  if (unit === 'share') return `${rounded(100 * limit)} %`;
  if (unit === 'difference') return `${rounded(100 * limit)} points`;
  if (unit === 'ms') return `${rounded(limit)} ms`;
  if (unit === 'bytes') return `${rounded(limit / 2 ** 20)} MiB`;
  return rounded(limit);
}

/** Value, interval and sample. */
export function figureText({ value, low, high, n, unit }: Figure): string {
  // One decimal whatever the sample: a limit may lie between two whole percents.
  const said = (x: number): string =>
    signed(x, (size) => (unit === 'share' ? `${(100 * size).toFixed(1)} %` : valueText(size, { unit, n })));
  if (value === null) return 'not resolvable';
  const parts = [
    ...(low === null || high === null ? [] : [`95 % interval ${said(low)} to ${said(high)}`]),
    ...(n === null ? [] : [`n = ${n}`]),
  ];
  return `${said(value)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

function signed(value: number, write: (size: number) => string): string {
  return value < 0 ? `−${write(-value)}` : write(value);
}

/** What would settle a gate that cannot tell. */
export function neededText({ nNeeded }: Pick<Settled, 'nNeeded'>, of: number | undefined): string {
  if (nNeeded === null) return '';
  const held = of !== undefined && of < nNeeded ? `; the data holds ${of}` : '';
  return ` If the value stays, about n = ${nNeeded} would show it${held}.`;
}
