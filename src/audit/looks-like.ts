/** A guess, from name, type and shape alone, at what a model's input takes: for people, nothing is decided by it. */
import type { Port } from '../onnx/graph.ts';
import { isFloat } from '../onnx/tensor.ts';

const COLOURS: Readonly<Record<number, string>> = { 1: 'grayscale images', 3: 'RGB images', 4: 'RGBA images' };
const TOKENS = /(^|_)(ids|mask|tokens?)($|_)/i;
const SOUND = /wave|audio|sound|speech|pcm/i;
/** From here on, a row of numbers may be sound. */
const LONG = 2000;

export function looksLike({ name, type, shape }: Port): string {
  if (type === 'string') return 'text or categories';
  if (!isFloat(type)) return TOKENS.test(name) ? 'tokens of text' : 'whole numbers';
  const dims = shape?.slice(1).map((dim) => (typeof dim === 'number' ? dim : undefined));
  if (!dims) return 'unknown: the file does not say its shape';
  const [a, b, c] = dims;
  if (dims.length === 3) {
    if (a !== undefined && COLOURS[a] && !(c !== undefined && COLOURS[c] && b !== a)) return `${COLOURS[a]}, channels first`;
    return c !== undefined && COLOURS[c] ? `${COLOURS[c]}, channels last` : 'feature maps';
  }
  if (dims.length === 2) return a !== undefined && a === b && a >= 8 ? 'grayscale images' : 'sequences of vectors, or spectrograms';
  if (dims.length === 1) {
    if (SOUND.test(name)) return 'sound, as a waveform';
    return a !== undefined && a >= LONG ? 'a long row of numbers: sound, or features' : 'a row of numbers: a table, or a flat image';
  }
  return dims.length === 0 ? 'one number' : 'volumes or video';
}
