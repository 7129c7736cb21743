/** The preprocessing that a model's own files declare: preprocessor_config.json of a Hugging Face folder. */
import { type Kernel, type ResizeWay, wayOf } from '../data/resize-way.ts';
import type { Preprocessing } from './preprocessing.ts';

type Config = Readonly<Record<string, unknown>>;

/** Pillow's numbers; box and Hamming filters are closest to linear interpolation. */
const KERNELS: readonly Kernel[] = ['nearest', 'lanczos3', 'linear', 'cubic', 'linear', 'linear'];

/** Below this size ConvNeXT's processor cuts the centre of a larger picture, from it on it stretches. */
const CONVNEXT_STRETCHES = 384;

/** Height and width of what the model is given, where the file says so. */
export function declaredSize(config: Config): readonly [number, number] | undefined {
  const crop = config.do_center_crop === true ? sides(config.crop_size) : undefined;
  return crop ?? sides(config.size);
}

/** The declared reading of images for an input of this form; undefined where the file does not fit it. */
export function declared(config: Config, base: Pick<Preprocessing, 'layout' | 'shape' | 'channels'>): Preprocessing | undefined {
  if (base.shape.length !== 3) return undefined;
  const channels = (base.layout === 'NHWC' ? base.shape[2] : base.shape[0]) ?? 0;
  const scale = config.do_rescale === false ? 255 : 255 * (number(config.rescale_factor) ?? 1 / 255);
  const list = (value: unknown, usual: number): readonly number[] | undefined =>
    config.do_normalize === false || value === undefined ? [usual] : numbers(value);
  const [mean, std] = [list(config.image_mean, 0), list(config.image_std, 1)];
  if (!mean || !std || [mean, std].some(({ length }) => length !== 1 && length !== channels) || std.includes(0)) return undefined;
  const length = Math.max(mean.length, std.length);
  const each = (values: readonly number[]): number[] => Array.from({ length }, (_, i) => (values[i] ?? values[0]) as number);
  // (scale·v − mean)/std, for values v in [0, 1].
  const unit = Math.abs(scale - 1) < 1e-6 ? 1 : scale;
  return {
    ...base,
    modality: 'image',
    channels: config.do_flip_channel_order === true && base.channels === 'rgb' ? 'bgr' : base.channels,
    mean: each(mean).map((value) => value / unit),
    std: each(std).map((value) => value / unit),
    resize: resizeOf(config),
  };
}

function resizeOf(config: Config): ResizeWay {
  const kernel = KERNELS[number(config.resample) ?? 2] ?? 'linear';
  const [shortest, crop] = [shortestEdge(config.size), config.do_center_crop === true ? sides(config.crop_size)?.[0] : undefined];
  const both = sides(config.size)?.[0];
  const pct = number(config.crop_pct);
  if (pct !== undefined && shortest !== undefined) {
    return shortest < CONVNEXT_STRETCHES ? wayOf({ mode: 'crop', share: pct, kernel }) : wayOf({ mode: 'stretch', share: 1, kernel });
  }
  if (shortest !== undefined) return wayOf({ mode: 'crop', share: Math.min(1, (crop ?? shortest) / shortest), kernel });
  return wayOf({ mode: 'stretch', share: both === undefined || crop === undefined ? 1 : Math.min(1, crop / both), kernel });
}

/** A number alone is the shorter side where the picture is cut afterwards, or both sides: `sides` reads the latter. */
function shortestEdge(size: unknown): number | undefined {
  return isRecord(size) ? number(size.shortest_edge) : undefined;
}

function sides(size: unknown): readonly [number, number] | undefined {
  const alone = number(size);
  if (alone !== undefined) return [alone, alone];
  if (!isRecord(size)) return undefined;
  const [height, width, shortest] = [number(size.height), number(size.width), number(size.shortest_edge)];
  if (height !== undefined && width !== undefined) return [height, width];
  return shortest === undefined ? undefined : [shortest, shortest];
}

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : value === 0 ? 0 : undefined;
const numbers = (value: unknown): readonly number[] | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((one): one is number => typeof one === 'number' && Number.isFinite(one))
    ? value
    : undefined;
const isRecord = (value: unknown): value is Config => typeof value === 'object' && value !== null && !Array.isArray(value);
