/** Small PNGs of pictures, for pages that show many. */
import sharp from 'sharp';

/** A PNG of raw bytes [height, width, channels], at most `most` pixels on its longer side; small pictures keep theirs. */
export function thumbnail(
  image: { readonly height: number; readonly width: number; readonly channels: number; readonly data: Uint8Array },
  most: number,
): Promise<Uint8Array> {
  const { height, width, channels, data } = image;
  const pipeline = sharp(data, { raw: { width, height, channels: channels as 1 | 3 } });
  const sized = Math.max(height, width) > most ? pipeline.resize(most, most, { fit: 'inside' }) : pipeline;
  return (channels === 1 ? sized.toColourspace('b-w') : sized).png({ compressionLevel: 9 }).toBuffer();
}
