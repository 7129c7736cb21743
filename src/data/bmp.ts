/** Decodes uncompressed BMP images (8-bit palette, 24-bit, 32-bit), which sharp's prebuilt libvips does not read. */
import { GibbonError } from '../base/errors.ts';

/** 8-bit pixels: [height, width, channels], channels 1 (a palette of grays) or 3 (RGB), rows from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Uint8Array | Uint16Array;
}

export const isBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d;

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  /** Where the pixels and the palette start. */
  readonly pixels: number;
  readonly palette: number;
  readonly paletteEntry: 3 | 4;
}

function unreadable(name: string, reason: string): GibbonError {
  return new GibbonError('E_DATA_UNREADABLE', `${name} is no BMP image that can be read: ${reason}.`, { hint: 'Convert it to PNG.' });
}

function parseHeader(bytes: Uint8Array, name: string): BmpHeader {
  if (bytes.length < 26) throw unreadable(name, 'it ends inside its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  // OS/2's header of 12 bytes has 16-bit sizes and palette entries without a fourth byte.
  if (size === 12)
    return {
      width: view.getUint16(18, true),
      height: view.getUint16(20, true),
      topDown: false,
      bits: view.getUint16(24, true),
      pixels,
      palette: 26,
      paletteEntry: 3,
    };
  if (size < 40 || bytes.length < 54) throw unreadable(name, `its header has ${size} bytes`);
  const compression = view.getUint32(30, true);
  const bits = view.getUint16(28, true);
  const masks = compression === 3 && bits === 32;
  if (masks && [54, 58, 62].some((at, i) => bytes.length < at + 4 || view.getUint32(at, true) !== 0xff0000 >>> (8 * i)))
    throw unreadable(name, 'its colour masks are not those of blue, green, red');
  if (compression !== 0 && !masks) throw unreadable(name, `it is compressed (method ${compression})`);
  const height = view.getInt32(22, true);
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    pixels,
    palette: 14 + size,
    paletteEntry: 4,
  };
}

/** Decodes a BMP; a fourth byte (padding or alpha) is dropped. Throws E_DATA_UNREADABLE, also for a file shorter than its header says. */
export function decodeBmp(bytes: Uint8Array, name: string): Pixels {
  const header = parseHeader(bytes, name);
  const { width, height, bits, pixels } = header;
  if (bits !== 8 && bits !== 24 && bits !== 32) throw unreadable(name, `it has ${bits} bits a pixel; 8, 24 and 32 are supported`);
  if (width < 1 || height < 1) throw unreadable(name, `its size is ${width}×${height}`);
  // Rows are padded to a multiple of four bytes.
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (pixels + stride * height > bytes.length)
    throw unreadable(name, `it is truncated: ${width}×${height} pixels need ${pixels + stride * height} bytes, it has ${bytes.length}`);
  return bits === 8 ? decodePalette(bytes, header, stride, name) : decodeColour(bytes, header, stride);
}

const rowStart = (header: BmpHeader, stride: number, y: number): number =>
  header.pixels + stride * (header.topDown ? y : header.height - 1 - y);

function decodeColour(bytes: Uint8Array, header: BmpHeader, stride: number): Pixels {
  const { width, height, bits } = header;
  const step = bits / 8;
  const values = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = rowStart(header, stride, y); x < width; x++, from += step) {
      values[to++] = bytes[from + 2] as number;
      values[to++] = bytes[from + 1] as number;
      values[to++] = bytes[from] as number;
    }
  }
  return { width, height, channels: 3, values };
}

function decodePalette(bytes: Uint8Array, header: BmpHeader, stride: number, name: string): Pixels {
  const { width, height, palette, paletteEntry } = header;
  const entries = Math.min(256, Math.floor((header.pixels - palette) / paletteEntry));
  const colour = (entry: number): number[] => [2, 1, 0].map((byte) => bytes[palette + entry * paletteEntry + byte] as number);
  const colours = Array.from({ length: Math.max(0, entries) }, (_, entry) => colour(entry));
  const channels = colours.every(([r, g, b]) => r === g && g === b) ? 1 : 3;
  const values = new Uint8Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = rowStart(header, stride, y); x < width; x++, from++) {
      const rgb = colours[bytes[from] as number];
      if (rgb === undefined) throw unreadable(name, `a pixel has colour ${bytes[from]} of a palette of ${entries}`);
      for (let c = 0; c < channels; c++) values[to++] = rgb[c] as number;
    }
  }
  return { width, height, channels, values };
}
