/** The text of a property file, unpacked where it is packed. */
import { Gunzip } from 'fflate';
import { propertyError } from './error.ts';

/** A property of ImageNet's 150 528 inputs has 20 MB. */
const MOST_BYTES = 2 ** 26;
/** Unpacked at a time, so that a file that unpacks to any size is refused before it does. */
const STRIDE = 2 ** 16;

/** @throws GibbonError E_PROPERTY_UNREADABLE for damaged, endless or binary files */
export function textOf(bytes: Uint8Array): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipped(bytes) : bytes;
  if (plain.length > MOST_BYTES) throw tooLarge();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    throw propertyError('it is no text');
  }
}

const tooLarge = (): Error => propertyError(`it has more than ${MOST_BYTES} bytes`);

function gunzipped(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  let isWhole = false;
  const stream = new Gunzip((part, isLast) => {
    size += part.length;
    if (size > MOST_BYTES) throw tooLarge();
    parts.push(part);
    isWhole ||= isLast;
  });
  unpack(stream, bytes);
  if (!isWhole) throw propertyError('it is packed with gzip, and ends too early');
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function unpack(stream: Gunzip, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length; at += STRIDE) stream.push(bytes.subarray(at, at + STRIDE), at + STRIDE >= bytes.length);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'GibbonError') throw thrown;
    throw propertyError(`it is packed with gzip, and damaged: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
