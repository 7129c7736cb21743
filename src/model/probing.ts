/** What makes trying many readings of one input cheap: the model is loaded once, each picture resized once. */
import { GibbonError } from '../base/errors.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import type { ResizeWay } from '../data/resize-way.ts';
import type { Runtime, Session } from '../runtime/runtime.ts';
import { mapDecoded, type ResizeImage } from './rows.ts';

/** A runtime that loads a model file once, however often it is asked; `end` lets it go. */
export function loadingOnce(runtime: Runtime): { readonly runtime: Runtime; end(): Promise<void> } {
  let session: Promise<Session> | undefined;
  return {
    runtime: {
      ...runtime,
      loadModel: async (model, options) => {
        session ??= runtime.loadModel(model, options);
        return { ...(await session), release: async () => {} };
      },
    },
    end: async () => {
      await (await session?.catch(() => undefined))?.release();
    },
  };
}

/** Remembers what it has resized, as long as the original is there. */
export function resizingOnce(resize: ResizeImage): ResizeImage {
  const known = new WeakMap<object, Map<string, Promise<Float32Array>>>();
  return (image, height, width, mode) => {
    const own = known.get(image) ?? new Map<string, Promise<Float32Array>>();
    known.set(image, own);
    const key = `${height} ${width} ${mode}`;
    const made = own.get(key) ?? resize(image, height, width, mode);
    own.set(key, made);
    return made;
  };
}

/** What becomes of pictures that are not of the model's size. */
export interface LeanSize {
  readonly height: number;
  readonly width: number;
  readonly modes: readonly ResizeWay[];
}

export interface LeanReader {
  /** Samples as the data set has them, but without their numbers where only the resized ones are kept. */
  read(indices: readonly number[]): Promise<Sample[]>;
  /** Resizes these samples: from memory. */
  readonly resize: ResizeImage;
}

/** Reads samples a few at a time and keeps, of pictures of another size, only what the model will see of them; without `size`, everything. */
export function readingLeanly(dataset: Pick<Dataset, 'read'>, resize: ResizeImage, size: LeanSize | undefined): LeanReader {
  const kept = new WeakMap<object, ReadonlyMap<string, Float32Array>>();
  const lean = async (sample: Sample): Promise<Sample> => {
    if (!size || (sample.shape[0] === size.height && sample.shape[1] === size.width)) return sample;
    const resized = new Map<string, Float32Array>();
    for (const mode of size.modes) resized.set(mode, await resize(sample, size.height, size.width, mode));
    const own = { ...sample, data: new Float32Array(0) };
    kept.set(own, resized);
    return own;
  };
  return {
    read: (indices) => mapDecoded(dataset, indices, lean),
    resize: async (image, height, width, mode) => {
      const own = kept.get(image);
      if (!own) return resize(image, height, width, mode);
      const made = height === size?.height && width === size.width ? own.get(mode) : undefined;
      if (!made) throw new GibbonError('E_INTERNAL', `a picture was to be resized to ${height}×${width} (${mode}), and is gone`);
      return made;
    },
  };
}
