/** What people see and hear of an adversarial recording: envelopes, spectrograms, and both versions as sound. */
import { encodePng } from '../data/resize.ts';
import { encodeWav } from '../data/wav-write.ts';
import type { Target } from '../model/target.ts';
import { spectrograms } from './spectrogram.ts';
import type { PictureReply } from './subject.ts';

/** Columns of a drawn waveform. */
const COLUMNS = 240;
/** Bytes of sound in a report: some fifteen seconds of both versions at 16 kHz. */
const MOST_BYTES = 1e6;

interface Pair {
  readonly original: Float32Array;
  readonly adversarial: Float32Array;
}

/** Draws one pair after the other; sound is embedded as long as the page stays small. Series of numbers that are no sound (no sample rate, one row of channels) get envelopes only. */
export function soundDrawer(
  target: Target,
  sampleRate: number | undefined,
): (pair: Pair) => Promise<Pick<PictureReply, 'series' | 'sound'>> {
  let left = MOST_BYTES;
  return async ({ original, adversarial }) => {
    const perturbation = adversarial.map((v, i) => v - (original[i] as number));
    const series = { original: envelope(original), perturbation: envelope(perturbation) };
    if (target.preprocessing.modality !== 'waveform') return { series };
    const clips = sampleRate === undefined ? [] : [original, adversarial].map((wave) => encodeWav(wave, sampleRate));
    const size = clips.reduce((sum, { length }) => sum + length, 0);
    const isHeard = clips.length > 0 && size <= left;
    if (isHeard) left -= size;
    const [before, after] = isHeard ? clips.map((bytes) => uri('audio/wav', bytes)) : [];
    const drawn = await spectrograms(target, original, adversarial);
    const png = async (name: keyof typeof drawn): Promise<string> => uri('image/png', await encodePng(drawn[name]));
    return {
      series,
      sound: {
        sampleRate: sampleRate ?? null,
        original: before ?? null,
        adversarial: after ?? null,
        spectrograms: { original: await png('original'), perturbation: await png('perturbation'), adversarial: await png('adversarial') },
      },
    };
  };
}

const uri = (type: string, bytes: Uint8Array): string => `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

/** [min, max] of the samples behind each column. */
export function envelope(wave: Float32Array): number[][] {
  const columns = Math.min(COLUMNS, wave.length);
  return Array.from({ length: columns }, (_, c) => {
    const part = wave.subarray(Math.floor((c * wave.length) / columns), Math.floor(((c + 1) * wave.length) / columns));
    return [
      part.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      part.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    ];
  });
}
