/** Fills figures into the sentences of findings: `{name}` is a metric's value, `{name~}` the same with interval and sample size. */
import type { Metric } from './metric.ts';

/** Braces around anything else, such as in the name of a file, stay. */
export function filled(template: string, metrics: Readonly<Record<string, Metric>>): string {
  return template.replace(/\{([A-Za-z0-9@=._-]+)(~?)\}/g, (_, name: string, full: string) => {
    const metric = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
    if (!metric) return `{${name}${full}}`;
    return full ? withInterval(metric) : valueText(metric.value, metric);
  });
}

function withInterval(metric: Metric): string {
  const { low, high, n } = metric;
  const range = low === null || high === null ? '' : `95 % interval ${valueText(low, metric)} to ${valueText(high, metric)}`;
  const parts = [range, n === null ? '' : `n = ${n}`].filter((part) => part !== '');
  return `${valueText(metric.value, metric)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

/** A p-value: two digits, and no smaller than anybody can mean. */
export function pText(value: number): string {
  return value < 0.0001 ? 'p < 0.0001' : `p = ${Number(value.toPrecision(2))}`;
}

/** A number in its unit, for people. */
export function valueText(value: number | null, { unit, n }: Pick<Metric, 'unit' | 'n'>): string {
  if (value === null || !Number.isFinite(value)) return 'not resolvable';
  const digits = (count: number): string => String(Number(value.toPrecision(count)));
  switch (unit) {
    case 'share':
      return `${(100 * value).toFixed((n ?? 0) >= 200 ? 1 : 0)} %`;
    case 'difference':
      return `${(100 * value).toFixed(1)} points`;
    case 'count':
    case 'digits':
      return String(Math.round(value));
    case 'ms':
      return `${digits(3)} ms`;
    case 'bytes':
      return `${(value / 2 ** 20).toFixed(1)} MiB`;
    default:
      return digits(3);
  }
}
