/** From the values of an axis to places on the page and ticks. */
import { scaleLinear, scaleLog } from 'd3-scale';
import type { DetailOf } from '../../../audit/details.ts';

type Axis = DetailOf<'curve'>['x'];

export interface ChartScale {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Can this value be drawn on this axis? */
export function isShown(value: number | null | undefined, { scale }: Axis): value is number {
  return value !== null && value !== undefined && Number.isFinite(value) && (scale !== 'log' || value > 0);
}

/** A linear axis starts at 0 and shares end at 100 %, so that two charts can be compared by eye. */
export function chartScale(values: readonly number[], axis: Axis, range: [number, number], ticks: number): ChartScale {
  const usable = values.filter((value) => isShown(value, axis));
  const [least, most] = usable.length > 0 ? [Math.min(...usable), Math.max(...usable)] : [0, 1];
  if (axis.scale === 'log' && usable.length > 0) return logScale([least, most > least ? most : least * 10], range, ticks);
  const low = Math.min(0, least);
  const high = axis.unit === 'share' ? Math.max(1, most) : most > low ? most : low + 1;
  const linear = scaleLinear().domain([low, high]).range(range);
  return { place: (value) => Number(linear(value).toFixed(1)), ticks: linear.ticks(ticks) };
}

/** Of many ticks only the powers of ten are kept. */
function logScale(domain: [number, number], range: [number, number], wanted: number): ChartScale {
  const log = scaleLog().domain(domain).range(range);
  const all = log.ticks(wanted);
  const isPower = (value: number): boolean => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
  const powers = all.filter(isPower);
  const ticks =
    all.length <= wanted + 2 ? all : powers.length > 1 ? powers : all.filter((_, i) => i % Math.ceil(all.length / wanted) === 0);
  return { place: (value) => Number(log(value).toFixed(1)), ticks };
}
