/** Writes WAV files (RIFF, PCM of 16 bits, one channel). */

const HEADER = 44;
const TOP = 2 ** 15;

/** A recording [samples] in [−1, 1] as the bytes of a file: each sample is rounded to the nearest of 65 536 levels (v·32768, as `parseWav` reads them). */
export function encodeWav(data: Float32Array, sampleRate: number): Uint8Array {
  const size = 2 * data.length;
  const bytes = new Uint8Array(HEADER + size);
  const view = new DataView(bytes.buffer);
  const tag = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  const u32 = (at: number, value: number): void => view.setUint32(at, value, true);
  const u16 = (at: number, value: number): void => view.setUint16(at, value, true);
  tag(0, 'RIFF');
  u32(4, HEADER - 8 + size);
  tag(8, 'WAVEfmt ');
  u32(16, 16);
  u16(20, 1);
  u16(22, 1);
  u32(24, sampleRate);
  u32(28, 2 * sampleRate);
  u16(32, 2);
  u16(34, 16);
  tag(36, 'data');
  u32(40, size);
  for (const [i, v] of data.entries()) view.setInt16(HEADER + 2 * i, Math.max(-TOP, Math.min(TOP - 1, Math.round(v * TOP))), true);
  return bytes;
}
