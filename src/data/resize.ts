/** Resizes images in Node with sharp, to 8-bit values as the usual Python pipelines do. */
import sharp from 'sharp';

/** Share of the shorter side that a centre crop keeps (the 224 of 256 of ImageNet evaluation). */
const CROP = 0.875;

/**
 * Brings an image [h, w, c] in [0, 1] to height × width.
 * `crop` scales it so that the target is 7/8 of its shorter side and cuts the centre; `stretch` scales both sides. Bilinear, antialiased.
 * @returns [height, width, c], multiples of 1/255
 */
export async function resizeImage(
  image: { readonly shape: readonly number[]; readonly data: Float32Array },
  height: number,
  width: number,
  mode: 'crop' | 'stretch',
): Promise<Float32Array> {
  const [h, w, channels] = image.shape as [number, number, 1 | 3 | 4];
  const bytes = Uint8Array.from(image.data, (v) => Math.round(v * 255));
  let pipeline = sharp(bytes, { raw: { width: w, height: h, channels } });
  if (mode === 'stretch') pipeline = pipeline.resize(width, height, { fit: 'fill', kernel: 'linear' });
  else {
    const scale = Math.max(height / h, width / w) / CROP;
    const [tall, wide] = [Math.max(height, Math.round(h * scale)), Math.max(width, Math.round(w * scale))];
    pipeline = pipeline.resize(wide, tall, { fit: 'fill', kernel: 'linear' });
    pipeline = pipeline.extract({ left: Math.floor((wide - width) / 2), top: Math.floor((tall - height) / 2), width, height });
  }
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  if (info.channels === channels) return Float32Array.from(data, (v) => v / 255);
  // sharp may widen grayscale to three equal channels.
  return Float32Array.from(
    { length: height * width * channels },
    (_, i) => (data[Math.floor(i / channels) * info.channels + (i % channels)] as number) / 255,
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
