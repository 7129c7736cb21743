/** Folds a list of strings and numbers into 64 bits with Philox as the compression function, so that equal keys give equal streams on any machine. */
import { philox4x32 } from './philox.ts';

const TAG_STRING = 1;
const TAG_NUMBER = 2;

/** The bits of a double as two words [low, high]; −0 counts as 0. */
export function doubleWords(value: number): [number, number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value + 0, true);
  return [view.getUint32(0, true), view.getUint32(4, true)];
}

/** A part as words, with its type and length in front, so that ('ab','c') and ('a','bc'), or 1 and '1', differ. */
function partWords(part: string | number): number[] {
  if (typeof part === 'number') return [TAG_NUMBER, 0, ...doubleWords(part)];
  const words = [TAG_STRING, part.length];
  for (let i = 0; i < part.length; i += 2) {
    const second = i + 1 < part.length ? part.charCodeAt(i + 1) : 0;
    words.push(part.charCodeAt(i) | (second << 16));
  }
  if (words.length % 2 === 1) words.push(0);
  return words;
}

/**
 * A stable 64-bit digest of `key`, as two 32-bit words.
 * Not for secrets; collisions are as likely as for a random function (2^-64 a pair).
 */
export function keyWords(key: readonly (string | number)[]): [number, number] {
  const out = new Uint32Array(4);
  let state0 = key.length;
  let state1 = 0;
  for (const part of key) {
    const words = partWords(part);
    for (let i = 0; i < words.length; i += 2) {
      philox4x32(out, words[i] ?? 0, words[i + 1] ?? 0, state0, state1, 0x67696262, 0x6f6e);
      // Feed-forward (Davies–Meyer), or the state could be run backwards to a chosen collision.
      state0 = (out[2] ?? 0) ^ state0;
      state1 = (out[3] ?? 0) ^ state1;
    }
  }
  return [state0 >>> 0, state1 >>> 0];
}
