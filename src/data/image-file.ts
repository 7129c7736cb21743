/** Decodes one image file (PNG, JPEG, WebP, GIF, TIFF through sharp; BMP by our own decoder) to values in [0, 1]. */
import type { Metadata } from 'sharp';
import { GibbonError } from '../base/errors.ts';
import type { Pixels } from './bmp.ts';
import { decodeBmp, isBmp } from './bmp.ts';
import { readWholeFile } from './source.ts';
import { scaled } from './typed-values.ts';

/** What counts as an image in a folder. */
export const IMAGE_NAME = /\.(png|jpe?g|jfif|webp|bmp|gif|tiff?)$/i;

/** A photo of 50 megapixels fits; what is larger is refused, since it would take a gigabyte as floats. */
const MAX_PIXELS = 2 ** 26;

/** Loaded at first use: most commands never decode an image, and libvips takes a while to start. */
async function loadSharp(): Promise<typeof import('sharp')['default']> {
  const { default: sharp } = await import('sharp');
  // Workers are processes, one for each CPU: threads and caches inside them would only compete.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

/**
 * Decodes a file: shape [height, width, channels], channels 1 or 3 (RGB), 8-bit values v/255, 16-bit v/65535, EXIF orientation applied.
 * Colour profiles are ignored, as the usual training loaders (PIL, OpenCV, TensorFlow) do. Throws E_FILE_NOT_FOUND, E_DATA_UNREADABLE.
 */
export async function decodeImageFile(path: string): Promise<{ shape: number[]; data: Float32Array }> {
  const bytes = await readWholeFile(path);
  const { height, width, channels, values } = isBmp(bytes) ? decodeBmp(bytes, path) : await decodeWithSharp(bytes, path);
  return { shape: [height, width, channels], data: scaled(values, values instanceof Uint16Array ? 65535 : 255) };
}

async function decodeWithSharp(bytes: Uint8Array, path: string): Promise<Pixels> {
  const sharp = await loadSharp();
  try {
    const image = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS, ignoreIcc: true });
    const { depth, space, hasAlpha } = await image.metadata();
    const wide = isWide(depth);
    const gray = space === 'b-w' || space === 'grey16';
    // Transparent pixels become black, whatever colour hides in them: that colour is invisible, so no label can depend on it. Opaque ones keep their exact value.
    const flat = hasAlpha ? image.autoOrient().flatten({ background: '#000' }) : image.autoOrient();
    const named = flat.toColourspace(wide ? (gray ? 'grey16' : 'rgb16') : gray ? 'b-w' : 'srgb');
    const { data, info } = await named.raw({ depth: wide ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
    // A copy, since a Buffer may start at an odd address.
    const values = wide ? new Uint16Array(Uint8Array.from(data).buffer) : data;
    return { width: info.width, height: info.height, channels: info.channels, values };
  } catch (thrown) {
    throw new GibbonError('E_DATA_UNREADABLE', `${path} is no image that can be read: ${(thrown as Error).message}`, {
      hint: 'Remove the file, or save it again as PNG or JPEG.',
      cause: thrown,
    });
  }
}

function isWide(depth: Metadata['depth']): boolean {
  if (depth === 'uchar' || depth === 'ushort') return depth === 'ushort';
  throw new Error(`its pixels are of type ${depth}; 8 and 16 bits are supported`);
}
