/** Cuts a FLAC stream (RFC 9639) into its frames and reads its header; the frames' own checksums say where each ends. */

export interface FlacStream {
  readonly sampleRate: number;
  readonly bits: number;
  /** Samples of each channel; 0 where the header does not know. */
  readonly samples: number;
  readonly frames: readonly Uint8Array[];
}

const MARK = [0x66, 0x4c, 0x61, 0x43];

/** Does it start with "fLaC"? */
export const isFlac = (bytes: Uint8Array): boolean => MARK.every((byte, i) => bytes[i] === byte);

/** @throws RangeError where the stream is cut off or damaged */
export function flacStream(bytes: Uint8Array): FlacStream {
  const byte = (at: number): number => {
    const value = bytes[at];
    if (value === undefined) throw new RangeError('it ends inside its header');
    return value;
  };
  // STREAMINFO is the first block: 16 + 16 + 24 + 24 bits, then rate (20), channels (3), bits (5) and samples (36).
  const at = 18;
  const sampleRate = (byte(at) << 12) | (byte(at + 1) << 4) | (byte(at + 2) >> 4);
  const bits = (((byte(at + 2) & 1) << 4) | (byte(at + 3) >> 4)) + 1;
  const samples = [4, 5, 6, 7].reduce((sum, i) => sum * 256 + byte(at + i), byte(at + 3) & 15);
  return { sampleRate, bits, samples, frames: framesOf(bytes, audioStart(byte)) };
}

/** Behind the last metadata block: one bit "last", 7 of type, 24 of length. */
function audioStart(byte: (at: number) => number): number {
  for (let at = MARK.length; ; ) {
    const isLast = (byte(at) & 0x80) !== 0;
    at += 4 + ((byte(at + 1) << 16) | (byte(at + 2) << 8) | byte(at + 3));
    if (isLast) return at;
  }
}

/** x¹⁶ + x¹⁵ + x² + 1, most significant bit first. */
const CRC = Uint16Array.from({ length: 256 }, (_, value) => {
  let crc = value << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1;
  return crc & 0xffff;
});

/** A frame ends where its checksum comes out as 0 and the next one, or nothing, begins. */
function framesOf(bytes: Uint8Array, from: number): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let [start, crc] = [from, 0];
  for (let at = from; at < bytes.length; at++) {
    crc = ((crc << 8) & 0xffff) ^ (CRC[(crc >> 8) ^ (bytes[at] as number)] as number);
    const next = at + 1;
    const isSync = bytes[next] === 0xff && ((bytes[next + 1] ?? 0) & 0xfe) === 0xf8;
    if (crc !== 0 || next - start < 3 || (next < bytes.length && !isSync)) continue;
    frames.push(bytes.subarray(start, next));
    [start, crc] = [next, 0];
  }
  if (start < bytes.length) throw new RangeError('it is cut off or damaged');
  return frames;
}
