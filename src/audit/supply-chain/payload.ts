/** Does a tensor hold something else than numbers: a program, an archive, a pickle, a script, noise? */
import type { TensorProto } from '../../onnx/generated/onnx_pb.js';

const FLOAT32 = 1;
/** Elements of a byte: weights around a zero point may all be printable, so that only words make a text of them. */
const BYTES: ReadonlySet<number> = new Set([2, 3, 9, 17, 18, 19, 20, 21, 22]);
const WORDS = /#!\/|https?:\/\/|\bimport [a-z]|\bfunction\s*\(|\bdef [a-z_]+\(|<\?php|<script|\beval\(|\bexec\(/;
/** Beginnings of files, by what they are. Two bytes alone prove nothing, so those need more (below). */
const MAGIC: readonly (readonly [readonly number[], string])[] = [
  [[0x7f, 0x45, 0x4c, 0x46], 'an ELF program'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive'],
  [[0x1f, 0x8b, 0x08], 'a gzip archive'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0xca, 0xfe, 0xba, 0xbe], 'a Java class or Mach-O program'],
  [[0xcf, 0xfa, 0xed, 0xfe], 'a Mach-O program'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive'],
  [[0x00, 0x61, 0x73, 0x6d], 'a WebAssembly module'],
];
const LEAST = 16;
/** A run of printable characters from this length on is text. */
const TEXT = 48;
const LOOKED_AT = 2 ** 22;

export function payloadIn({ rawData, dataType }: TensorProto): string | undefined {
  if (rawData.length < LEAST) return undefined;
  for (const [magic, what] of MAGIC) if (magic.every((byte, i) => rawData[i] === byte)) return `begins like ${what}`;
  if (isPe(rawData)) return 'begins like a Windows program';
  if (isPickle(rawData)) return 'begins like a Python pickle';
  const head = Buffer.from(rawData.subarray(0, LOOKED_AT));
  if (BYTES.has(dataType)) return WORDS.test(head.toString('latin1')) ? 'holds the text of a program' : undefined;
  const length = longestText(head);
  if (length >= TEXT) return `holds a text of ${length} characters`;
  return dataType === FLOAT32 ? oddNumbers(head) : undefined;
}

/** MZ, and at the offset that stands at 0x3c the letters PE. */
function isPe(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x4d || bytes[1] !== 0x5a || bytes.length < 0x40) return false;
  const at = (bytes[0x3c] as number) | ((bytes[0x3d] as number) << 8);
  return bytes[at] === 0x50 && bytes[at + 1] === 0x45;
}

/** Protocols 2 to 5; from 4 on a frame follows. */
function isPickle(bytes: Uint8Array): boolean {
  const version = bytes[1] as number;
  if (bytes[0] !== 0x80 || version < 2 || version > 5) return false;
  return version >= 4 ? bytes[2] === 0x95 : [0x63, 0x5d, 0x7d, 0x28, 0x58].includes(bytes[2] as number);
}

function longestText(bytes: Uint8Array): number {
  let [longest, length, varied] = [0, 0, new Set<number>()];
  for (const byte of bytes) {
    const isPrintable = (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09;
    if (!isPrintable) {
      length = 0;
      varied = new Set();
      continue;
    }
    length++;
    if (varied.size < VARIED) varied.add(byte);
    if (varied.size >= VARIED) longest = Math.max(longest, length);
  }
  return longest;
}

/** Different characters of a text: small integers of one kind may be printable, too. */
const VARIED = 12;
const FEW = 256;
const ODD = 0.05;

/** Weights are neither astronomically large nor small: random bytes read as floats mostly are. */
function oddNumbers(bytes: Buffer): string | undefined {
  const count = bytes.length >> 2;
  if (count < FEW) return undefined;
  let odd = 0;
  const kinds = new Set<number>();
  for (let i = 0; i < count; i++) {
    const exponent = (bytes.readUInt32LE(4 * i) >>> 23) & 0xff;
    // 2^±64; zero and the largest number, as masks hold it, are none.
    if (exponent === 0 || exponent === 254 || Math.abs(exponent - 127) <= 64) continue;
    odd++;
    kinds.add(exponent);
  }
  return odd > ODD * count && kinds.size > 16
    ? `${Math.round((100 * odd) / count)} % of its numbers are of a size that weights do not have`
    : undefined;
}
