/** Decodes one audio file (WAV by our own parser, FLAC and MP3 by WebAssembly builds of the usual decoders) to one channel in [−1, 1]. */
import { GibbonError } from '../base/errors.ts';
import { flacStream, isFlac } from './flac-frames.ts';
import { readWholeFile } from './source.ts';
import { parseWav, type Waveform } from './wav.ts';

/** What counts as audio in a folder. */
export const AUDIO_NAME = /\.(wave?|flac|mp3)$/i;

/** @throws GibbonError E_FILE_NOT_FOUND, E_DATA_UNREADABLE, E_DATA_EMPTY, E_DATA_VALUES */
export async function decodeAudioFile(path: string): Promise<Waveform> {
  const bytes = await readWholeFile(path);
  if (isFlac(bytes)) return decodeFlac(bytes, path);
  return /\.mp3$/i.test(path) ? decodeMp3(bytes, path) : parseWav(bytes, path);
}

function unreadable(path: string, reason: string, cause?: unknown): GibbonError {
  return new GibbonError('E_DATA_UNREADABLE', `${path} is no audio that can be read: ${reason}.`, {
    hint: 'Remove the file, or convert it: ffmpeg -i in -c:a pcm_s16le out.wav.',
    cause,
  });
}

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
}

async function decodeFlac(bytes: Uint8Array, path: string): Promise<Waveform> {
  const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
  const decoder = new FLACDecoder();
  try {
    await decoder.ready;
    const { frames, samples, bits, sampleRate } = flacStream(bytes);
    const { channelData, samplesDecoded, errors } = await decoder.decodeFrames([...frames]);
    if (errors[0]) throw unreadable(path, errors[0].message);
    if (samplesDecoded < samples) throw unreadable(path, `it is cut off: ${samplesDecoded} of ${samples} samples are there`);
    // The decoder scales by the largest integer; v/2^(bits−1) is what torchaudio, librosa and our WAV parser have.
    const [top, scale] = [2 ** (bits - 1) - 1, 2 ** (bits - 1)];
    return mono({ channelData, samplesDecoded, sampleRate }, path, (v) => Math.round(v * top) / scale);
  } catch (thrown) {
    if (thrown instanceof GibbonError) throw thrown;
    throw unreadable(path, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  } finally {
    decoder.free();
  }
}

async function decodeMp3(bytes: Uint8Array, path: string): Promise<Waveform> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder();
  try {
    await decoder.ready;
    return mono(decoder.decode(bytes), path, (v) => v);
  } finally {
    decoder.free();
  }
}

/** The mean of all channels, clipped. */
function mono({ channelData, samplesDecoded, sampleRate }: Decoded, path: string, value: (v: number) => number): Waveform {
  if (samplesDecoded === 0 || channelData.length === 0) throw unreadable(path, 'no audio was found in it');
  const data = Float32Array.from({ length: samplesDecoded }, (_, i) => {
    const sum = channelData.reduce((total, channel) => total + value(channel[i] as number), 0);
    return Math.max(-1, Math.min(1, sum / channelData.length));
  });
  return { data, sampleRate };
}
