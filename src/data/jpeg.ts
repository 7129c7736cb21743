/** A picture through a JPEG codec and back, with sharp. */
import sharp from 'sharp';

/**
 * @param quality 1 to 100, on the scale of the Independent JPEG Group
 * @returns bytes [height, width, channels] again
 */
export async function jpegRoundTrip(
  image: { readonly height: number; readonly width: number; readonly channels: number; readonly data: Uint8Array },
  quality: number,
): Promise<Uint8Array> {
  const { height, width, channels, data } = image;
  const raw = { width, height, channels: channels as 1 | 3 };
  const pipeline = sharp(data, { raw });
  const bytes = await (channels === 1 ? pipeline.toColourspace('b-w') : pipeline).jpeg({ quality, chromaSubsampling: '4:2:0' }).toBuffer();
  const decoded = sharp(bytes);
  return (channels === 1 ? decoded.toColourspace('b-w') : decoded).raw().toBuffer();
}
