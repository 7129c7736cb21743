/** A figure of a check: a number that carries its sample size, its interval, its honest baseline, its unit and its method. */
import * as z from 'zod';
import type { Proportion } from '../stats/proportion.ts';

export const UNITS = ['share', 'count', 'number', 'ratio', 'difference', 'ms', 'bytes', 'nats', 'epsilon', 'digits'] as const;

export const metric = z.object({
  /** What it is called in tables, e.g. "Robust accuracy". */
  label: z.string(),
  /** null where the data cannot resolve it (`method` then says why). */
  value: z.number().nullable(),
  /** Examples, pairs or repeats that it rests on; null where nothing was sampled. */
  n: z.int().nullable(),
  /** Two-sided 95 % interval; null where none applies (a count over the whole population, a graph's property). */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** What the same figure would be without the weakness: the honest comparison, e.g. chance, clean accuracy, the gap attack. */
  baseline: z.number().nullable(),
  /** `share` is in [0, 1] and shown in percent. */
  unit: z.enum(UNITS),
  /** How value and interval were made, e.g. "Clopper–Pearson", "stratified bootstrap, 2000 draws". */
  method: z.string(),
  /** In which direction it is better; null where neither is. Gates act on the interval's worse end. */
  better: z.enum(['higher', 'lower']).nullable(),
});

export type Metric = z.infer<typeof metric>;
export type Unit = (typeof UNITS)[number];

export interface Told {
  readonly label: string;
  readonly better: Metric['better'];
  readonly baseline?: number | undefined;
}

/** A share of a sample as a metric, with its exact interval. */
export function share({ value, n, low, high }: Proportion, { label, better, baseline }: Told): Metric {
  return {
    label,
    value: n === 0 ? null : value,
    n,
    low,
    high,
    baseline: baseline ?? null,
    unit: 'share',
    method: 'Clopper–Pearson',
    better,
  };
}

/** A figure without an interval of its own. */
export function figure(value: number | null, told: Told & { unit: Unit; method: string; n?: number; low?: number; high?: number }): Metric {
  const { label, better, baseline, unit, method, n, low, high } = told;
  return { label, value, n: n ?? null, low: low ?? null, high: high ?? null, baseline: baseline ?? null, unit, method, better };
}
