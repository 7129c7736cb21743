/** Resizes images in Node with sharp, to 8-bit values as the usual Python pipelines do; 16-bit images stay such. */
import sharp from 'sharp';
import { detailsOf, type ResizeWay } from './resize-way.ts';

/** Values further from a multiple of 1/255 than float32 rounds are of 16 bits. */
const BYTE_NOISE = 1e-3;

/**
 * Brings an image [h, w, c] in [0, 1] to height × width, antialiased.
 * @returns [height, width, c], multiples of 1/255 (of 1/65535 where the image has 16 bits)
 */
export async function resizeImage(
  image: { readonly shape: readonly number[]; readonly data: Float32Array },
  height: number,
  width: number,
  way: ResizeWay,
): Promise<Float32Array> {
  const [h, w, channels] = image.shape as [number, number, 1 | 3 | 4];
  const isWide = image.data.some((v) => Math.abs(v * 255 - Math.round(v * 255)) > BYTE_NOISE);
  const top = isWide ? 65535 : 255;
  const level = (v: number): number => Math.round(v * top);
  const levels = isWide ? Uint16Array.from(image.data, level) : Uint8Array.from(image.data, level);
  const { mode, share, kernel } = detailsOf(way);
  const scale = Math.max(height / h, width / w) / share;
  const [tall, wide] =
    mode === 'stretch'
      ? [Math.round(height / share), Math.round(width / share)]
      : [Math.max(height, Math.round(h * scale)), Math.max(width, Math.round(w * scale))];
  const pipeline = sharp(levels, { raw: { width: w, height: h, channels } })
    .resize(wide, tall, { fit: 'fill', kernel })
    .extract({ left: Math.floor((wide - width) / 2), top: Math.floor((tall - height) / 2), width, height });
  const space = isWide ? (channels === 1 ? 'grey16' : 'rgb16') : undefined;
  const named = space ? pipeline.toColourspace(space) : pipeline;
  const { data, info } = await named.raw({ depth: isWide ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  // A copy, since a Buffer may start at an odd address.
  const values = isWide ? new Uint16Array(Uint8Array.from(data).buffer) : data;
  // sharp may widen grayscale to three equal channels.
  return Float32Array.from(
    { length: height * width * channels },
    (_, i) => (values[Math.floor(i / channels) * info.channels + (i % channels)] as number) / top,
  );
}

/** A PNG of raw bytes [height, width, channels]. */
export function encodePng(image: {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}): Promise<Uint8Array> {
  const { height, width, channels, data } = image;
  const pipeline = sharp(data, { raw: { width, height, channels: channels as 1 | 3 } });
  return (channels === 1 ? pipeline.toColourspace('b-w') : pipeline).png().toBuffer();
}
