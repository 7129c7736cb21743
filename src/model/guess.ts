/** Finds the preprocessing that a model expects: the few usual ones are tried, and the labels decide. */
import { GibbonError } from '../base/errors.ts';
import type { Modality, Sample } from '../data/dataset.ts';
import type { Port } from '../onnx/graph.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { betterThanChance } from '../stats/binomial.ts';
import { createJudge } from './judge.ts';
import type { ModelFile } from './model-file.ts';
import { describe, type Preprocessing } from './preprocessing.ts';
import { type ResizeImage, toRow } from './rows.ts';

/** What the user said, where they did. */
export interface PreprocessingFlags {
  readonly layout?: 'NCHW' | 'NHWC';
  readonly channels?: 'rgb' | 'bgr' | 'grayscale';
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly resize?: 'crop' | 'stretch';
  /** Height and width, where the model leaves them open. */
  readonly size?: readonly [number, number];
}

export interface Tried {
  readonly description: string;
  readonly accuracy: number;
  readonly n: number;
}

export interface Found {
  readonly preprocessing: Preprocessing;
  readonly source: 'flags' | 'guessed' | 'default';
  readonly tried: readonly Tried[];
}

/** The usual scales, most common first; std and mean of images in [0, 1]. */
const SCALES: readonly { readonly mean: readonly number[]; readonly std: readonly number[]; readonly gray?: boolean; readonly colour?: boolean }[] = [
  { mean: [0], std: [1] },
  { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], colour: true },
  { mean: [0], std: [1 / 255] },
  { mean: [0.5], std: [0.5] },
  { mean: [0.1307], std: [0.3081], gray: true },
  { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616], colour: true },
  { mean: [0.4815, 0.4578, 0.4082], std: [0.2686, 0.2613, 0.2758], colour: true },
  { mean: [123.68 / 255, 116.779 / 255, 103.939 / 255], std: [1 / 255], colour: true },
];

/** A guess counts as right only where chance explains it less often than this. */
const SIGNIFICANCE = 1e-3;

/** The shapes that a model's input port allows for samples of this modality. @throws GibbonError E_DATA_SHAPE */
export function shapeFor(port: Port, modality: Modality, sample: Sample, flags: PreprocessingFlags): Pick<Preprocessing, 'layout' | 'shape' | 'channels'> {
  const dims = port.shape?.slice(1).map((dim) => (typeof dim === 'number' && dim > 0 ? dim : undefined));
  if (!dims) throw new GibbonError('E_DATA_SHAPE', `the model does not declare the shape of its input ${port.name}`, { hint: 'Export it with a declared input shape.' });
  if (modality === 'image') return imageShape(dims, sample, flags);
  if (modality === 'waveform') return { layout: 'NT', channels: 'none', shape: dims.map((dim, i) => dim ?? (i === dims.length - 1 || dims.length === 1 ? sample.data.length : 1)) };
  const own = sample.shape;
  const shape = dims.map((dim, i) => dim ?? own[i] ?? 1);
  return { layout: 'none', channels: 'none', shape };
}

function imageShape(dims: readonly (number | undefined)[], sample: Sample, flags: PreprocessingFlags): Pick<Preprocessing, 'layout' | 'shape' | 'channels'> {
  const [h, w, c] = sample.shape as [number, number, number];
  if (dims.length === 1 && (dims[0] ?? sample.data.length) === sample.data.length) return { layout: 'none', channels: 'none', shape: [sample.data.length] };
  const [height, width] = flags.size ?? [h, w];
  if (dims.length === 2) return { layout: 'NCHW', channels: 'grayscale', shape: [dims[0] ?? height, dims[1] ?? width] };
  if (dims.length !== 3) {
    throw new GibbonError('E_DATA_SHAPE', `the model's input has ${dims.length + 1} dimensions; images need 4`, { hint: 'Is this data meant for this model?' });
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
export function candidates(base: Pick<Preprocessing, 'layout' | 'shape' | 'channels'>, modality: Modality, flags: PreprocessingFlags): Preprocessing[] {
  const resize = flags.resize ?? 'crop';
  const fixed = { ...base, modality, resize };
  if (modality === 'waveform') return [1, 1 / 32768].map((std) => ({ ...fixed, mean: flags.mean ?? [0], std: flags.std ?? [std] }));
  if (modality === 'tensor') return [{ ...fixed, mean: flags.mean ?? [0], std: flags.std ?? [1] }];
  if (flags.mean || flags.std) return [{ ...fixed, mean: flags.mean ?? [0], std: flags.std ?? [1] }];
  const gray = base.channels === 'grayscale' || base.channels === 'none';
  return SCALES.filter((scale) => (gray ? !scale.colour : !scale.gray)).map(({ mean, std }) => ({ ...fixed, mean, std }));
}

/** Variants of the best scale: channel order and resizing. */
function variants(best: Preprocessing, flags: PreprocessingFlags, resized: boolean): Preprocessing[] {
  const orders: Preprocessing['channels'][] = best.modality === 'image' && best.channels === 'rgb' && !flags.channels ? ['rgb', 'bgr'] : [best.channels];
  const modes: Preprocessing['resize'][] = resized && !flags.resize ? ['crop', 'stretch'] : [best.resize];
  return orders.flatMap((channels) => modes.map((resize) => ({ ...best, channels, resize }))).slice(1);
}

export interface Probe {
  readonly model: ModelFile;
  readonly runtime: Runtime;
  readonly modality: Modality;
  readonly samples: readonly Sample[];
  /** The right class of each sample. */
  readonly labels: readonly number[];
  readonly flags: PreprocessingFlags;
  readonly resize: ResizeImage;
}

/**
 * Tries the candidates on labelled samples and returns the one with the highest accuracy (the likelier one on a tie).
 * @throws GibbonError E_PREPROCESSING_UNCLEAR when none is better than chance: there is no verdict on a misread model
 */
export async function findPreprocessing(probe: Probe): Promise<Found> {
  const { model, modality, samples, flags } = probe;
  const base = shapeFor(model.input, modality, samples[0] as Sample, flags);
  const tried: { p: Preprocessing; correct: number }[] = [];
  const attempt = async (p: Preprocessing): Promise<void> => {
    tried.push({ p, correct: await correctOf(probe, p) });
  };
  for (const p of candidates(base, modality, flags)) await attempt(p);
  const best = (): { p: Preprocessing; correct: number } => tried.reduce((a, b) => (b.correct > a.correct ? b : a));
  const resized = modality === 'image' && samples.some(({ shape }) => shape[0] !== height(base) || shape[1] !== width(base));
  for (const p of variants(best().p, flags, resized)) await attempt(p);
  const { p, correct } = best();
  const n = samples.length;
  const list = tried.map(({ p: one, correct: count }): Tried => ({ description: full(one, resized), accuracy: count / n, n }));
  const classes = await outputsOf(probe, p);
  if (betterThanChance(correct, n, classes) > SIGNIFICANCE) unclear(list, classes);
  return { preprocessing: p, source: flags.mean || flags.std ? 'flags' : tried.length === 1 ? 'default' : 'guessed', tried: list };
}

const height = ({ layout, shape }: Pick<Preprocessing, 'layout' | 'shape'>): number => (layout === 'NHWC' || shape.length === 2 ? shape[0] : shape[1]) ?? 0;
const width = ({ layout, shape }: Pick<Preprocessing, 'layout' | 'shape'>): number => (layout === 'NHWC' || shape.length === 2 ? shape[1] : shape[2]) ?? 0;
const full = (p: Preprocessing, resized: boolean): string => `${describe(p)}${resized ? `, ${p.resize === 'crop' ? 'centre crop' : 'stretched'}` : ''}`;

async function outputsOf({ model, runtime }: Probe, p: Preprocessing): Promise<number> {
  const judge = await createJudge(model, p, runtime);
  await judge.release();
  return Math.max(2, judge.outputs);
}

async function correctOf({ model, runtime, samples, labels, resize }: Probe, p: Preprocessing): Promise<number> {
  const judge = await createJudge(model, p, runtime);
  try {
    const rows = await Promise.all(samples.map((sample) => toRow(sample, p, resize)));
    const decisions = await judge.decide(rows);
    return decisions.filter(({ label }, i) => label === labels[i]).length;
  } finally {
    await judge.release();
  }
}

function unclear(tried: readonly Tried[], classes: number): never {
  const best = [...tried].sort((a, b) => b.accuracy - a.accuracy).slice(0, 4);
  throw new GibbonError('E_PREPROCESSING_UNCLEAR', `the model gets the labels no better than by chance (1 in ${classes}), whichever usual preprocessing is tried`, {
    hint: [
      'A verdict on a misread model would be worthless, so there is none. Tried:',
      ...best.map(({ description, accuracy, n }) => `  ${(100 * accuracy).toFixed(0)} % of ${n}: ${description}`),
      'Check that data, labels and class order (--classes) belong to this model, or say how it wants its input: --layout, --channels, --mean, --std, --resize.',
    ].join('\n'),
  });
}

