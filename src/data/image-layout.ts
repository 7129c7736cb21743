/** Which axis of an array of images is which. */

export interface ImageLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [C, H, W] in the file, where false means [H, W, C] (or [H, W]). */
  readonly planar: boolean;
}

const CHANNELS = new Set([1, 3, 4]);

/**
 * The layout of one row's shape, or undefined where it is no image: [H, W], [H, W, C] or [C, H, W], C in 1, 3, 4, at least two pixels a side.
 * Where first and last axis could both be channels, the last is.
 */
export function imageLayout(shape: readonly number[]): ImageLayout | undefined {
  const [a = 0, b = 0, c = 0] = shape;
  let layout: ImageLayout | undefined;
  if (shape.length === 2) layout = { height: a, width: b, channels: 1, planar: false };
  else if (shape.length === 3 && CHANNELS.has(c)) layout = { height: a, width: b, channels: c, planar: false };
  else if (shape.length === 3 && CHANNELS.has(a)) layout = { height: b, width: c, channels: a, planar: true };
  return layout !== undefined && layout.height > 1 && layout.width > 1 ? layout : undefined;
}

/** [C, H, W] → [H, W, C]. */
export function interleave(planar: Float32Array, channels: number): Float32Array {
  const pixels = planar.length / channels;
  const out = new Float32Array(planar.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < pixels; i++) out[i * channels + c] = planar[c * pixels + i] as number;
  }
  return out;
}
