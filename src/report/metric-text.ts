/** The figures of checks as text: value, interval and sample, with no more digits than the sample supports. */
import type { Metric, Unit } from '../audit/metric.ts';
import { bytes, count, decimalsFor, percentage, significant } from './format.ts';

type Scale = Pick<Metric, 'unit' | 'n'>;

/** A number in a unit of metrics; other units are written as they are. */
export function inUnit(value: number | null, unit: string | undefined, n: number | null = null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const decimals = n === null ? 1 : decimalsFor(n);
  switch (unit as Unit | undefined) {
    case 'share':
      return signed(value, (size) => percentage(size, decimals));
    case 'difference':
      return signed(value, (size) => `${(100 * size).toFixed(decimals)} points`);
    case 'count':
    case 'digits':
      return Number.isInteger(value) ? count(value) : significant(value);
    case 'ms':
      return `${significant(value)} ms`;
    case 'bytes':
      return bytes(Math.round(value));
    case 'number':
    case 'ratio':
    case 'nats':
    case 'epsilon':
    case undefined:
      return signed(value, plainNumber);
    default:
      return `${signed(value, plainNumber)} ${unit}`;
  }
}

/** A typographic minus, and the rules of the size behind it. */
function signed(value: number, write: (size: number) => string): string {
  return value < 0 ? `−${write(-value)}` : write(value);
}

function plainNumber(value: number): string {
  return Number.isInteger(value) && value >= 1000 ? count(value) : significant(value);
}

/** The value of a metric; `not resolvable` where the data cannot tell. */
export function metricValue({ value, ...scale }: Metric): string {
  return value === null || !Number.isFinite(value) ? 'not resolvable' : written(value, scale);
}

const written = (value: number, { unit, n }: Scale): string => inUnit(value, unit, n);

/** The two ends of its interval, shares rounded outwards; null where it has none. */
export function metricInterval({ low, high, unit, n }: Metric): string | null {
  if (low === null || high === null) return null;
  if (unit === 'share' && low >= 0) {
    const decimals = n === null ? 1 : decimalsFor(n);
    const scale = 10 ** decimals;
    // The tolerance keeps 0.07 * 100 = 7.000000000000001 from being rounded up to the next step.
    const [from, to] = [Math.floor(low * 100 * scale + 1e-9) / scale, Math.ceil(high * 100 * scale - 1e-9) / scale];
    return `${from.toFixed(decimals)}–${to.toFixed(decimals)} %`;
  }
  const [from, to] = [written(low, { unit, n }), written(high, { unit, n })];
  if (low < 0) return `${from} to ${to}`;
  // A unit that both share is written once.
  const suffix = / [^\d]+$/.exec(to)?.[0] ?? '';
  return `${suffix !== '' && from.endsWith(suffix) ? from.slice(0, -suffix.length) : from}–${to}`;
}

/** Value, interval and sample in one line, for text alternatives and plain formats. */
export function metricText(metric: Metric): string {
  const interval = metricInterval(metric);
  const parts = [...(interval === null ? [] : [`95 % interval ${interval}`]), ...(metric.n === null ? [] : [`n = ${count(metric.n)}`])];
  return `${metricValue(metric)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}
