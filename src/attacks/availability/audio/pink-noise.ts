/** Pink noise (power falls as 1/f) at a signal-to-noise ratio: sums of ever slower noises (Voss & Clarke, JASA 63, 1978). */
import type { Value } from '../../../onnx/graph.ts';
import { normals } from '../corruption.ts';
import { atRatio, defineRecording, held, RATIOS } from './recording.ts';

/** Noises, each half as fast as the one before. */
const OCTAVES = 12;

const lengthAt = (octave: number, width: number): number => Math.ceil(width / 2 ** octave);

export const pinkNoise = defineRecording<number>({
  id: 'pink_noise',
  name: 'Pink noise',
  family: 'noise',
  severities: RATIOS,
  text: (ratio) => `${ratio} dB signal to noise`,
  draw: (_, { width }, rng) =>
    Object.fromEntries(Array.from({ length: OCTAVES }, (_, k) => [`octave${k}`, normals(rng, lengthAt(k, width))])),
  graph: ({ g, frame, drawn }, x, ratio) => {
    const octave = (k: number): Value => held(g, drawn(`octave${k}`, [lengthAt(k, frame.width)]), 2 ** k, frame.width);
    const sum = Array.from({ length: OCTAVES }, (_, k) => octave(k)).reduce((a, b) => g.add(a, b));
    return atRatio(g, x, g.reshape(sum, x.shape), ratio);
  },
});
