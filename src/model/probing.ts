/** What makes trying many readings of one input cheap: the model is loaded once, each picture resized once. */
import type { Runtime, Session } from '../runtime/runtime.ts';
import type { ResizeImage } from './rows.ts';

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
