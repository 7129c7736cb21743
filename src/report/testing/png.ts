/** The smallest PNG writer that tests need: 8-bit grey or RGB, as a data URI. */
import { zlibSync } from 'fflate';

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(
    [...type].map((character) => character.charCodeAt(0)),
    4,
  );
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

/** `pixels` in [0, 1], row by row, `channels` (1 or 3) values each. */
export function pngDataUri(pixels: ArrayLike<number>, width: number, height: number, channels: 1 | 3): string {
  const stride = width * channels;
  const raw = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y += 1) {
    for (let i = 0; i < stride; i += 1)
      raw[y * (stride + 1) + 1 + i] = Math.round(255 * Math.min(1, Math.max(0, pixels[y * stride + i] ?? 0)));
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, channels === 1 ? 0 : 2], 8);
  const parts = [
    new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(raw)),
    chunk('IEND', new Uint8Array()),
  ];
  const binary = parts.flatMap((part) => [...part].map((byte) => String.fromCharCode(byte))).join('');
  return `data:image/png;base64,${btoa(binary)}`;
}
