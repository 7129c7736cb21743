/** The evidence of a check, as a closed union of forms: reports render these forms and know no check by name. */
import * as z from 'zod';

/** A piece of a text: in both versions, only in the original, or only in the changed one. */
export const textPiece = z.object({ kind: z.enum(['same', 'removed', 'added']), text: z.string() });

const cell = z.union([z.string(), z.number(), z.null()]);
const point = z.object({
  x: z.number(),
  y: z.number().nullable(),
  low: z.number().nullable().optional(),
  high: z.number().nullable().optional(),
});

export const table = z.object({
  kind: z.literal('table'),
  title: z.string(),
  /** `unit` is that of metrics: `share` is shown in percent. */
  columns: z.array(z.object({ name: z.string(), unit: z.string().optional() })),
  rows: z.array(z.array(cell)),
  /** The row of most weight (worst group, worst corruption), if one is. */
  worst: z.int().optional(),
});

export const curve = z.object({
  kind: z.literal('curve'),
  title: z.string(),
  x: z.object({ label: z.string(), unit: z.string().optional(), scale: z.enum(['linear', 'log']).optional() }),
  y: z.object({ label: z.string(), unit: z.string().optional(), scale: z.enum(['linear', 'log']).optional() }),
  lines: z.array(z.object({ name: z.string(), points: z.array(point), isBaseline: z.boolean().optional() })),
  /** The space between two lines (by their places) that share their points means something of its own. */
  between: z.object({ above: z.int(), below: z.int(), name: z.string() }).optional(),
});

/** A bar for each item from 0 to `end`: up to `low` one thing holds, from `high` on another, and nobody knows between. */
export const ranges = z.object({
  kind: z.literal('ranges'),
  title: z.string(),
  x: z.object({ label: z.string(), unit: z.string().optional() }),
  end: z.number(),
  /** A value of x to compare with. */
  mark: z.number().optional(),
  names: z.object({ low: z.string(), open: z.string(), high: z.string() }),
  items: z.array(z.object({ name: z.string(), low: z.number(), high: z.number().nullable() })),
});

export const histogram = z.object({
  kind: z.literal('histogram'),
  title: z.string(),
  x: z.object({ label: z.string(), unit: z.string().optional() }),
  /** Edges of the bins, one more than each series has counts. */
  edges: z.array(z.number()),
  series: z.array(z.object({ name: z.string(), counts: z.array(z.number()) })),
});

/** Rows × columns of numbers, e.g. attack × class; null where nothing was measured. */
export const heatMap = z.object({
  kind: z.literal('heat-map'),
  title: z.string(),
  rows: z.array(z.string()),
  columns: z.array(z.string()),
  values: z.array(z.array(z.number().nullable())),
  unit: z.string(),
  /** Are large values good? */
  better: z.enum(['higher', 'lower']).nullable(),
});

/** Pictures side by side; `source` is a PNG data URI. */
export const imageGrid = z.object({
  kind: z.literal('images'),
  title: z.string(),
  items: z.array(z.object({ caption: z.string(), source: z.string(), alt: z.string() })),
});

export const textDiff = z.object({
  kind: z.literal('text-diff'),
  title: z.string(),
  items: z.array(z.object({ caption: z.string(), pieces: z.array(textPiece) })),
});

/** Peak envelopes [min, max] of recordings in a few hundred columns. */
export const waveform = z.object({
  kind: z.literal('waveform'),
  title: z.string(),
  items: z.array(z.object({ caption: z.string(), envelope: z.array(z.array(z.number())) })),
});

/** counts[right][answered]. */
export const confusion = z.object({
  kind: z.literal('confusion'),
  title: z.string(),
  classes: z.array(z.string()),
  counts: z.array(z.array(z.int())),
});

/** A few nodes of a model's graph, in order; `suspicious` ones are marked. */
export const graphExcerpt = z.object({
  kind: z.literal('graph'),
  title: z.string(),
  nodes: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      inputs: z.array(z.string()),
      outputs: z.array(z.string()),
      attributes: z.string().optional(),
      suspicious: z.boolean(),
    }),
  ),
});

export const code = z.object({ kind: z.literal('code'), title: z.string(), language: z.string(), text: z.string() });
export const link = z.object({ kind: z.literal('link'), title: z.string(), href: z.string() });

/** Single verdicts under one check, e.g. the items of a checklist. */
export const checklist = z.object({
  kind: z.literal('checklist'),
  title: z.string(),
  items: z.array(z.object({ name: z.string(), status: z.enum(['pass', 'fail', 'warn', 'undecided', 'not-applicable']), text: z.string() })),
});

export const detail = z.discriminatedUnion('kind', [
  table,
  curve,
  ranges,
  histogram,
  heatMap,
  imageGrid,
  textDiff,
  waveform,
  confusion,
  graphExcerpt,
  code,
  link,
  checklist,
]);

export type Detail = z.infer<typeof detail>;
export type DetailOf<K extends Detail['kind']> = Extract<Detail, { kind: K }>;
