/** White noise at a signal-to-noise ratio. */
import { normals } from '../corruption.ts';
import { atRatio, defineRecording, RATIOS } from './recording.ts';

export const whiteNoise = defineRecording<number>({
  id: 'white_noise',
  name: 'White noise',
  family: 'noise',
  severities: RATIOS,
  text: (ratio) => `${ratio} dB signal to noise`,
  draw: (_, { width }, rng) => ({ noise: normals(rng, width) }),
  graph: ({ g, frame, drawn }, x, ratio) => atRatio(g, x, g.reshape(drawn('noise', [frame.width]), x.shape), ratio),
});
