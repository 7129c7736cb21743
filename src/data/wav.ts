/** Parses WAV audio (RIFF; PCM of 8, 16, 24 and 32 bits, floats of 32 and 64, WAVE_FORMAT_EXTENSIBLE) to one channel in [−1, 1]. */
import { GibbonError } from '../base/errors.ts';

export interface Waveform {
  /** Mono, the mean of all channels; in [−1, 1]. */
  readonly data: Float32Array;
  /** Samples per second. */
  readonly sampleRate: number;
}

interface Format {
  readonly float: boolean;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

function unreadable(name: string, reason: string): GibbonError {
  return new GibbonError('E_DATA_UNREADABLE', `${name} is no WAV file that can be read: ${reason}.`, {
    hint: 'Convert it: ffmpeg -i in.wav -c:a pcm_s16le out.wav.',
  });
}

type SampleReader = (view: DataView, at: number) => number;

/** Readers by number of bits, each to [−1, 1]. 16-bit is v/32768, as torchaudio, librosa and TensorFlow have it. */
const INTEGERS: Readonly<Record<number, SampleReader>> = {
  8: (view, at) => (view.getUint8(at) - 128) / 128,
  16: (view, at) => view.getInt16(at, true) / 2 ** 15,
  24: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 2 ** 23,
  32: (view, at) => view.getInt32(at, true) / 2 ** 31,
};
const FLOATS: Readonly<Record<number, SampleReader>> = {
  32: (view, at) => view.getFloat32(at, true),
  64: (view, at) => view.getFloat64(at, true),
};

/**
 * Parses a file's bytes; chunks may come in any order, and a data chunk that ends early (or was streamed, with an unknown size) is read as far as it goes.
 * Floats beyond ±1 are clipped. Throws E_DATA_UNREADABLE for other formats, E_DATA_EMPTY for no samples, E_DATA_VALUES for NaN or infinities.
 */
export function parseWav(bytes: Uint8Array, name: string): Waveform {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { format, data } = findChunks(bytes, view, name);
  if (format === undefined) throw unreadable(name, 'it has no format chunk');
  if (data === undefined) throw unreadable(name, 'it has no data chunk');
  const read = (format.float ? FLOATS : INTEGERS)[format.bits];
  if (read === undefined) throw unreadable(name, `it has ${format.bits}-bit ${format.float ? 'floats' : 'integers'}`);
  if (format.channels === 0 || format.sampleRate === 0)
    throw unreadable(name, `it declares ${format.channels} channels at ${format.sampleRate} Hz`);
  const step = format.bits / 8;
  const frames = Math.floor(data.size / (step * format.channels));
  if (frames === 0) throw new GibbonError('E_DATA_EMPTY', `${name} holds no audio.`, { hint: 'Remove the file, or record it again.' });
  const out = new Float32Array(frames);
  for (let i = 0, at = data.start; i < frames; i++) {
    let sum = 0;
    for (let c = 0; c < format.channels; c++, at += step) sum += read(view, at);
    const value = sum / format.channels;
    if (!Number.isFinite(value))
      throw new GibbonError('E_DATA_VALUES', `${name} holds ${value} at sample ${i}.`, { hint: 'Remove the file, or record it again.' });
    out[i] = Math.max(-1, Math.min(1, value));
  }
  return { data: out, sampleRate: format.sampleRate };
}

function findChunks(
  bytes: Uint8Array,
  view: DataView,
  name: string,
): { format: Format | undefined; data: { start: number; size: number } | undefined } {
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  // RF64 is RIFF for files beyond 4 GB, with the true size in another chunk; here the data then simply reaches to the end.
  if (!['RIFF', 'RF64'].includes(tag(0)) || tag(8) !== 'WAVE') throw unreadable(name, 'it does not start with RIFF … WAVE');
  let format: Format | undefined;
  let data: { start: number; size: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const declared = view.getUint32(at + 4, true);
    const start = at + 8;
    const size = Math.min(declared, bytes.length - start);
    if (tag(at) === 'fmt ') format = parseFormat(view, start, size, name);
    if (tag(at) === 'data') data ??= { start, size };
    // Chunks start at even offsets.
    at = start + declared + (declared % 2);
  }
  return { format, data };
}

function parseFormat(view: DataView, start: number, size: number, name: string): Format {
  if (size < 16) throw unreadable(name, 'its format chunk is truncated');
  const tag = view.getUint16(start, true);
  // Extensible: the true tag is the first field of the sub-format's GUID.
  const code = tag === EXTENSIBLE && size >= 26 ? view.getUint16(start + 24, true) : tag;
  if (code !== PCM && code !== FLOAT) throw unreadable(name, `its audio is encoded (format ${code})`);
  return {
    float: code === FLOAT,
    channels: view.getUint16(start + 2, true),
    sampleRate: view.getUint32(start + 4, true),
    bits: view.getUint16(start + 14, true),
  };
}
