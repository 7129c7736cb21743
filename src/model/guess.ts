/** Finds the preprocessing that a model expects: the few usual ones are tried, and the labels decide. */
import { GibbonError } from '../base/errors.ts';
import type { Modality, Sample } from '../data/dataset.ts';
import { describeWay } from '../data/resize-way.ts';
import type { Port } from '../onnx/graph.ts';
import { assertFloatInput } from './encoding.ts';
import { type Answers, CONTRADICTED, HARDLY_BETTER, judgeFit, luckOf, TOLD_APART } from './fit.ts';
import type { Decision, Judge } from './judge.ts';
import { describe, type Preprocessing } from './preprocessing.ts';
import { resizingOnce } from './probing.ts';
import { imageSize, type ResizeImage, toRow } from './rows.ts';
import { isSameAnswer, isSameScale, undecided } from './ties.ts';
import { type Tried, unclear } from './unclear.ts';

/** What the user said, where they did. */
export interface PreprocessingFlags {
  readonly layout?: 'NCHW' | 'NHWC';
  readonly channels?: 'rgb' | 'bgr' | 'grayscale';
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly resize?: 'crop' | 'stretch';
  /** Height and width, where the model leaves them open. */
  readonly size?: readonly [number, number];
  /** Folder of the tokenizer of a model that takes tokens. */
  readonly tokenizer?: string;
  /** Columns of a table that an attack may not change. */
  readonly immutable?: readonly string[];
  /** What its columns have to do with each other: `total = a + b`, `rate = a / b`, `a <= b`. */
  readonly relations?: readonly string[];
}

export interface Found {
  readonly preprocessing: Preprocessing;
  readonly source: 'flags' | 'model' | 'guessed' | 'default';
  readonly tried: readonly Tried[];
  /** Other readings that fit the labels as well, as far as these can tell. */
  readonly rivals: readonly string[];
  /** What the untouched model answered on the samples that this reading was tried on. */
  readonly answers: readonly Answer[];
}

export interface Answer extends Decision {
  /** Position in the data set, and what the sample is called there. */
  readonly index: number;
  readonly id: string;
}

/** The usual scales, most common first; std and mean of images in [0, 1]. */
const SCALES: readonly {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly gray?: boolean;
  readonly colour?: boolean;
}[] = [
  { mean: [0], std: [1] },
  { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], colour: true },
  { mean: [0], std: [1 / 255] },
  { mean: [0.5], std: [0.5] },
  { mean: [0.1307], std: [0.3081], gray: true },
  { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616], colour: true },
  { mean: [0.4815, 0.4578, 0.4082], std: [0.2686, 0.2613, 0.2758], colour: true },
  { mean: [123.68 / 255, 116.779 / 255, 103.939 / 255], std: [1 / 255, 1 / 255, 1 / 255], colour: true },
];

/** The shapes that a model's input port allows for samples of this modality. @throws GibbonError E_DATA_SHAPE, E_MODEL_UNSUPPORTED */
export function shapeFor(
  port: Port,
  modality: Modality,
  sample: Sample,
  flags: PreprocessingFlags,
): Pick<Preprocessing, 'layout' | 'shape' | 'channels'> {
  assertFloatInput(port);
  const dims = port.shape?.slice(1).map((dim) => (typeof dim === 'number' && dim > 0 ? dim : undefined));
  if (!dims)
    throw new GibbonError('E_DATA_SHAPE', `the model does not declare the shape of its input ${port.name}`, {
      hint: 'Export it with a declared input shape.',
    });
  if (modality === 'image') return imageShape(dims, sample, flags);
  if (modality === 'waveform')
    return {
      layout: 'NT',
      channels: 'none',
      shape: dims.map((dim, i) => dim ?? (i === dims.length - 1 || dims.length === 1 ? sample.data.length : 1)),
    };
  const own = sample.shape;
  const shape = dims.map((dim, i) => dim ?? own[i] ?? 1);
  return { layout: 'none', channels: 'none', shape };
}

function imageShape(
  dims: readonly (number | undefined)[],
  sample: Sample,
  flags: PreprocessingFlags,
): Pick<Preprocessing, 'layout' | 'shape' | 'channels'> {
  const [h, w, c] = sample.shape as [number, number, number];
  if (dims.length === 1 && (dims[0] ?? sample.data.length) === sample.data.length)
    return { layout: c === 1 ? 'none' : (flags.layout ?? 'NHWC'), channels: 'none', shape: [sample.data.length] };
  const [height, width] = flags.size ?? [h, w];
  if (dims.length === 2) return { layout: 'NCHW', channels: 'grayscale', shape: [dims[0] ?? height, dims[1] ?? width] };
  if (dims.length !== 3) {
    throw new GibbonError('E_DATA_SHAPE', `the model's input has ${dims.length + 1} dimensions; images need 4`, {
      hint: 'Is this data meant for this model?',
    });
  }
  const isChannels = (dim: number | undefined): boolean => dim === 1 || dim === 3;
  const layout = flags.layout ?? (isChannels(dims[2]) && !isChannels(dims[0]) ? 'NHWC' : 'NCHW');
  const count = (layout === 'NHWC' ? dims[2] : dims[0]) ?? Math.min(c, 3);
  const spatial = layout === 'NHWC' ? dims.slice(0, 2) : dims.slice(1);
  const [tall, wide] = [spatial[0] ?? height, spatial[1] ?? width];
  const channels = flags.channels ?? (count === 1 ? 'grayscale' : 'rgb');
  return { layout, channels, shape: layout === 'NHWC' ? [tall, wide, count] : [count, tall, wide] };
}

/** Every preprocessing worth trying, likeliest first. */
export function candidates(
  base: Pick<Preprocessing, 'layout' | 'shape' | 'channels'>,
  modality: Modality,
  flags: PreprocessingFlags,
): Preprocessing[] {
  const fixed = { ...base, modality, resize: flags.resize ?? 'crop' };
  const swappable = modality === 'image' && base.channels === 'rgb' && flags.channels === undefined;
  // Flattened colour: pixel by pixel, as the data has it, or plane by plane.
  const flattened = base.shape.length === 1 && base.layout === 'NHWC' && flags.layout === undefined;
  const orders = (p: Preprocessing): Preprocessing[] =>
    flattened ? [p, { ...p, layout: 'NCHW' }] : swappable ? [p, { ...p, channels: 'bgr' }] : [p];
  if (flags.mean || flags.std) return orders({ ...fixed, ...scaleOf(base, modality, flags) });
  if (modality === 'waveform') return [1, 1 / 32768].map((std) => ({ ...fixed, mean: [0], std: [std] }));
  if (modality === 'tensor') return [{ ...fixed, mean: [0], std: [1] }];
  const gray = base.channels === 'grayscale' || base.channels === 'none';
  const scales = SCALES.filter((scale) => (gray ? !scale.colour : !scale.gray)).map(
    ({ mean, std }): Preprocessing => ({ ...fixed, mean, std }),
  );
  if (flattened) return scales.flatMap(orders);
  // Channel orders come last: BGR is rare, and the scale's numbers are usually turned with the channels.
  return swappable
    ? [...scales, ...scales.map(turned), ...scales.filter(isUneven).map((p): Preprocessing => ({ ...p, channels: 'bgr' }))]
    : scales;
}

const turned = (p: Preprocessing): Preprocessing => ({ ...p, channels: 'bgr', mean: [...p.mean].reverse(), std: [...p.std].reverse() });
const isUneven = ({ mean, std }: Preprocessing): boolean => mean.some((m) => m !== mean[0]) || std.some((s) => s !== std[0]);

/** Mean and standard deviation as given, of equal length. @throws GibbonError E_USAGE where they do not fit the model's channels */
function scaleOf(
  base: Pick<Preprocessing, 'layout' | 'shape'>,
  modality: Modality,
  { mean = [0], std = [1] }: PreprocessingFlags,
): Pick<Preprocessing, 'mean' | 'std'> {
  const channels = modality === 'image' && base.shape.length > 1 ? imageSize(base).channels : 1;
  for (const [flag, values] of [
    ['--mean', mean],
    ['--std', std],
  ] as const) {
    if (values.length === 1 || values.length === channels) continue;
    throw new GibbonError(
      'E_USAGE',
      `${flag} has ${values.length} numbers, the model has ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
      { hint: 'Give one number, or one for each channel, separated by commas.' },
    );
  }
  const length = Math.max(mean.length, std.length);
  const each = (values: readonly number[]): readonly number[] =>
    values.length === length ? values : Array<number>(length).fill(values[0] as number);
  return { mean: each(mean), std: each(std) };
}

export interface Probe {
  /** The input that takes the samples. */
  readonly input: Port;
  /** Who decides on rows of this form. */
  judge(p: Preprocessing): Promise<Judge>;
  readonly modality: Modality;
  /** What the model's own files say. */
  readonly declared?: Preprocessing | undefined;
  /** The only reading there is to try. */
  readonly given?: Preprocessing | undefined;
  readonly samples: readonly Sample[];
  /** The right class of each sample. */
  readonly labels: readonly number[];
  readonly flags: PreprocessingFlags;
  readonly resize: ResizeImage;
  /** More labelled samples, for readings that the first ones cannot tell apart. */
  readonly more?: () => Promise<{ readonly samples: readonly Sample[]; readonly labels: readonly number[] }>;
}

interface Reading extends Answers {
  readonly p: Preprocessing;
  readonly answers: readonly Answer[];
}

/** Samples on which every candidate is tried; those that fall far behind are tried on no more. */
const SCREENED = 24;

/**
 * Tries the candidates on labelled samples and returns the one with the highest accuracy (the likelier one where that is no better than luck).
 * @throws GibbonError E_PREPROCESSING_UNCLEAR when the best is no better than chance, or poor and only a guess, or when one of another scale fits as well: there is no verdict on a misread model
 */
export async function findPreprocessing(probe: Probe): Promise<Found> {
  return found({ ...probe, resize: resizingOnce(probe.resize) });
}

async function found(probe: Probe): Promise<Found> {
  const { input, modality, given: only, declared, samples, labels, flags } = probe;
  const base = only ?? shapeFor(input, modality, samples[0] as Sample, flags);
  const resized =
    modality === 'image' && base.shape.length > 1 && samples.some(({ shape }) => shape[0] !== height(base) || shape[1] !== width(base));
  const { readings, dropped } = await screened(
    probe,
    only ? [only] : [...(declared ? [declared] : []), ...candidates(base, modality, flags)],
    resized && flags.resize === undefined,
  );
  const told = ({ p, correct, predicted: { length: n } }: Reading): Tried => ({ description: full(p, resized), accuracy: correct / n, n });
  const list = [...readings, ...dropped].map(told);
  const first = bestOf(readings);
  const fit = judgeFit(first, labels, { classes: await outputsOf(probe, first.p), tried: list.length, rare: first.p.channels === 'bgr' });
  const given = isConfirmed(first.p, flags);
  if (fit === 'chance' || (fit === 'poor' && !given)) unclear(list, fit, first.p);
  if (declared) {
    const own = readings.find(({ p }) => p === declared) ?? (await read(probe, declared));
    assertNotBeaten({ own, first, labels, resized });
    const before = list.filter(({ description }) => description !== told(own).description);
    return { preprocessing: declared, source: 'model', tried: [told(own), ...before], rivals: [], answers: own.answers };
  }
  const { best, left, asked } = await toldApart(probe, readings);
  const scales = await scalesOf(asked, best, left);
  if (scales.length > 1) undecided(scales.map((one) => ({ ...told(one), p: one.p })));
  const rivals = left.filter(({ p }) => p !== best.p && p.resize === best.p.resize);
  return {
    preprocessing: best.p,
    source: sourceOf(best.p, flags, list.length),
    tried: list,
    rivals: rivals.map(({ p }) => full(p, resized)),
    answers: best.answers,
  };
}

/**
 * The file is believed unless the labels speak clearly for another reading: then one of the two belongs to another model.
 * @throws GibbonError E_PREPROCESSING_UNCLEAR
 */
function assertNotBeaten({
  own,
  first,
  labels,
  resized,
}: {
  own: Reading;
  first: Reading;
  labels: readonly number[];
  resized: boolean;
}): void {
  if (luckOf(first, own, labels) > CONTRADICTED) return;
  const share = ({ correct }: Reading): string => `${((100 * correct) / labels.length).toFixed(0)} %`;
  throw new GibbonError(
    'E_PREPROCESSING_UNCLEAR',
    `preprocessor_config.json and the labels disagree: read as the file says the model gets ${share(own)} right, read otherwise ${share(first)}`,
    {
      hint: `The file says: ${full(own.p, resized)}.\nThe labels fit: ${full(first.p, resized)}.\nSay which one holds with --mean, --std, --channels and --resize; the file is then not asked.`,
    },
  );
}

/** Did the user say how the model is to be read? A string leaves nothing to say. */
function isConfirmed({ encoding }: Preprocessing, { mean, std, tokenizer }: PreprocessingFlags): boolean {
  if (encoding?.kind === 'text') return encoding.feed.as === 'string' || tokenizer !== undefined;
  if (encoding?.kind === 'ports') return encoding.certain;
  return mean !== undefined || std !== undefined;
}

function sourceOf(p: Preprocessing, flags: PreprocessingFlags, tried: number): Found['source'] {
  if (p.encoding?.kind === 'ports') return 'default';
  if (p.encoding?.kind === 'text') return p.encoding.feed.as === 'string' ? 'default' : flags.tokenizer === undefined ? 'model' : 'flags';
  return isConfirmed(p, flags) ? 'flags' : tried === 1 ? 'default' : 'guessed';
}

const bestOf = (readings: readonly Reading[]): Reading => readings.reduce((a, b) => (b.correct > a.correct ? b : a));

/** All candidates on a few samples, spread over the probe; the promising ones on all of them, `bothWays` also stretched to size. */
async function screened(
  probe: Probe,
  all: readonly Preprocessing[],
  bothWays: boolean,
): Promise<{ readings: Reading[]; dropped: Reading[] }> {
  const { samples, labels } = probe;
  const step = samples.length / SCREENED;
  const picked = step <= 1.5 || all.length === 1 ? [...samples.keys()] : Array.from({ length: SCREENED }, (_, i) => Math.floor(i * step));
  const few = { ...probe, samples: picked.map((i) => samples[i] as Sample), labels: picked.map((i) => labels[i] as number) };
  const tried: Reading[] = [];
  for (const p of all) tried.push(await read(few, p));
  const best = bestOf(tried);
  const [promising, dropped] = [
    tried.filter((one) => luckOf(best, one, few.labels) > TOLD_APART),
    tried.filter((one) => luckOf(best, one, few.labels) <= TOLD_APART),
  ];
  const readings: Reading[] = [];
  for (const one of promising) readings.push(picked.length === samples.length ? one : await read(probe, one.p));
  const stretched: Reading[] = [];
  if (bothWays) for (const { p } of promising) stretched.push(await read(probe, { ...p, resize: 'stretch' }));
  return { readings: [...readings, ...stretched], dropped };
}

interface Apart {
  readonly best: Reading;
  /** All that fit as well, `best` among them. */
  readonly left: readonly Reading[];
  /** What they were asked. */
  readonly asked: Probe;
}

/** Readings as good as the best are held against more samples. */
async function toldApart(probe: Probe, readings: readonly Reading[]): Promise<Apart> {
  const close = (all: readonly Reading[], labels: readonly number[]): Reading[] =>
    all.filter((one) => luckOf(bestOf(all), one, labels) > TOLD_APART);
  let asked = probe;
  let left = close(readings, probe.labels);
  const more = left.length > 1 && probe.more ? await probe.more() : undefined;
  if (more && more.samples.length > probe.labels.length) {
    asked = { ...probe, ...more };
    const again: Reading[] = [];
    for (const { p } of left) again.push(await read(asked, p));
    left = close(again, asked.labels);
  }
  const top = bestOf(left);
  return { best: left.find((one) => luckOf(top, one, asked.labels) > HARDLY_BETTER) ?? top, left, asked };
}

/** The best reading, and of each other scale the first one that the model answers otherwise. */
async function scalesOf(asked: Probe, best: Reading, left: readonly Reading[]): Promise<Reading[]> {
  const scales = [best];
  for (const one of left) {
    if (scales.some(({ p }) => isSameScale(p, one.p))) continue;
    if (!isSameAnswer(await scoresOf(asked, best.p), await scoresOf(asked, one.p))) scales.push(one);
  }
  return scales;
}

const height = ({ layout, shape }: Pick<Preprocessing, 'layout' | 'shape'>): number =>
  (layout === 'NHWC' || shape.length === 2 ? shape[0] : shape[1]) ?? 0;
const width = ({ layout, shape }: Pick<Preprocessing, 'layout' | 'shape'>): number =>
  (layout === 'NHWC' || shape.length === 2 ? shape[1] : shape[2]) ?? 0;
const full = (p: Preprocessing, resized: boolean): string => `${describe(p)}${resized ? `, ${describeWay(p.resize)}` : ''}`;

async function outputsOf(probe: Probe, p: Preprocessing): Promise<number> {
  const judge = await probe.judge(p);
  await judge.release();
  return Math.max(2, judge.outputs);
}

async function scoresOf({ samples, judge: judgeOf, resize }: Probe, p: Preprocessing): Promise<Float32Array[]> {
  const judge = await judgeOf(p);
  try {
    return await judge.classScores(await Promise.all(samples.map((sample) => toRow(sample, p, resize))));
  } finally {
    await judge.release();
  }
}

async function read(probe: Probe, p: Preprocessing): Promise<Reading> {
  const { samples, labels, resize } = probe;
  const judge = await probe.judge(p);
  try {
    const rows = await Promise.all(samples.map((sample) => toRow(sample, p, resize)));
    const decisions = await judge.decide(rows);
    const predicted = decisions.map(({ label }) => label);
    const answers = samples.map(({ index, id }, i): Answer => ({ index, id, ...(decisions[i] as Decision) }));
    return { p, predicted, correct: predicted.filter((label, i) => label === labels[i]).length, answers };
  } finally {
    await judge.release();
  }
}
