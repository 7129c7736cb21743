/** Every number of a report is formatted here, so that no figure claims more digits than its sample supports. */
import type { Distances, ModelResult, Proportion } from '../audit/result.ts';
import { distanceIn } from '../threat/metric.ts';

type Threat = ModelResult['threat'];

/** Decimals of a percentage that `n` examples can resolve: a step is 100/n percentage points. */
export function decimalsFor(n: number): number {
  return n > 100 ? 1 : 0;
}

/** A share in [0, 1] as a percentage; only exactly 0 and 1 are printed as 0 % and 100 %. */
export function percentage(value: number, decimals: number): string {
  const step = 10 ** -decimals;
  const text = (value * 100).toFixed(decimals);
  if (value < 1 && Number(text) >= 100) return `>${(100 - step).toFixed(decimals)} %`;
  if (value > 0 && Number(text) <= 0) return `<${step.toFixed(decimals)} %`;
  return `${text} %`;
}

/** The value of a proportion, e.g. `93.2 %`. */
export function percent(p: Proportion): string {
  return p.n > 0 ? percentage(p.value, decimalsFor(p.n)) : 'no data';
}

/** A share measured on `n` examples without an interval of its own, e.g. the accuracy of a probe. */
export function percentOf(value: number, n: number): string {
  return n > 0 ? percentage(value, decimalsFor(n)) : 'no data';
}

/** The ends of a proportion's interval, rounded outwards, e.g. `91.4–94.8 %`. */
export function interval(p: Proportion): string {
  if (p.n === 0) return 'no data';
  const scale = 10 ** decimalsFor(p.n);
  // The tolerance keeps 0.07 * 100 = 7.000000000000001 from being rounded up to the next step.
  const low = Math.floor(p.low * 100 * scale + 1e-9) / scale;
  const high = Math.ceil(p.high * 100 * scale - 1e-9) / scale;
  return `${low.toFixed(decimalsFor(p.n))}–${high.toFixed(decimalsFor(p.n))} %`;
}

/** The sample behind a proportion, e.g. `932 of 1,000`. */
export function countOf(p: Proportion): string {
  return `${count(p.count)} of ${count(p.n)}`;
}

/** A proportion with all that is needed to judge it, for text alternatives. */
export function proportionText(p: Proportion): string {
  return `${percent(p)}, 95 % interval ${interval(p)}, ${countOf(p)}`;
}

/** A model's confidence, e.g. `99.3 %`; null where the model gives labels only. */
export function confidence(value: number | null): string | null {
  return value === null ? null : percentage(value, 1);
}

/** An integer with thousands separated. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** An integer in at most four characters and a letter, e.g. `1.2M`, for narrow columns. */
export function compactCount(value: number): string {
  if (value < 10_000) return count(value);
  const [unit, letter] = value >= 999.5e6 ? [1e9, 'G'] : value >= 999.5e3 ? [1e6, 'M'] : [1e3, 'k'];
  const scaled = value / (unit as number);
  return `${scaled >= 99.95 ? scaled.toFixed(0) : scaled.toFixed(1)}${letter}`;
}

/** Three significant digits without trailing zeros, e.g. `0.0314`. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : String(value);
  return String(Number(value.toPrecision(3)));
}

/** The same, never rounded up: for what is proved. What float32 makes of a decimal number, some 1e-7 of it, is not taken for less than the number. */
export function significantDown(value: number): string {
  if (!Number.isFinite(value) || value <= 0) return significant(value);
  const step = 10 ** (Math.floor(Math.log10(value)) - 2);
  return significant(Math.floor((value * (1 + 1e-6)) / step) * step);
}

export function norm(name: Threat['norm']): string {
  return { linf: 'L∞', l2: 'L₂', l1: 'L₁', l0: 'L₀', edits: 'text' }[name];
}

/** Does the user think of epsilon in 8-bit steps? Then distances and axes do too. */
export function inByteSteps(threat: Threat): boolean {
  return threat.norm === 'linf' && threat.epsilonText.includes('/255');
}

/** Is epsilon a number of standard deviations? */
function inDeviations(threat: Threat): boolean {
  return / sd( \(|$)/.test(threat.epsilonText);
}

/** An epsilon or distance in the audited norm, in the user's units, e.g. `8/255` or `0.3`. */
export function size(value: number, threat: Threat, text = significant): string {
  if (threat.norm === 'edits') return plural(value, 'edit');
  if (threat.norm === 'l0') return plural(value, 'element');
  if (inDeviations(threat)) return `${text(value)} sd`;
  return inByteSteps(threat) ? `${text(value * 255)}/255` : text(value);
}

/** The distance of an adversarial example in the audited norm. */
export function distance(distances: Distances, threat: Threat): string {
  return size(distanceIn(distances, threat.norm), threat);
}

/** Every distance of an example, named. */
export function allDistances(d: Distances, threat: Threat): [name: string, value: string][] {
  if (d.edits !== undefined) {
    return [
      ['edits', count(d.edits)],
      ['of its characters', percentage(d.editShare ?? 0, 1)],
    ];
  }
  const rows: [string, string][] = [
    ['L∞', inByteSteps(threat) ? `${significant(d.linf * 255)}/255` : significant(d.linf)],
    ['L₂', significant(d.l2)],
    ['L₁', significant(d.l1)],
    ['L₀', count(d.l0)],
  ];
  if (d.ssim !== null) rows.push(['SSIM', d.ssim.toFixed(3)]);
  return rows;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 999_500) return `${significant(value / 1e3)} kB`;
  return `${significant(value / 1e6)} MB`;
}

export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(value < 1 ? 2 : 1)} s`;
  if (value < 90) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** An ISO time as a date and time in UTC; the text itself where it is no time. */
export function dateTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const date = time.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  return `${date}, ${time.toISOString().slice(11, 16)} UTC`;
}

/** Text in which no line ends between a number and its percent sign. */
export function glued(text: string): string {
  return text.replace(/(\d) %/g, '$1\u00a0%');
}

/** `1 example`, `2 examples`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
