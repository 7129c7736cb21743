/** Wind on the microphone: low rumble in gusts. */

import { atRatio, defineRecording, held, rateOf } from '../audio/recording.ts';
import { normals, uniforms } from '../corruption.ts';
import type { Frame } from '../frame.ts';

/** The rumble holds its values for this long, which leaves little above some 200 Hz; a gust lasts a quarter of a second. */
const RUMBLE_SECONDS = 1 / 400;
const GUST_SECONDS = 0.25;

const steps = (frame: Frame, seconds: number): { length: number; count: number } => {
  const length = Math.max(1, Math.round(seconds * rateOf(frame)));
  return { length, count: Math.ceil(frame.width / length) };
};

export const wind = defineRecording<number>({
  id: 'wind',
  name: 'Wind',
  family: 'sensor',
  severities: [20, 15, 10, 5, 0, -5],
  text: (ratio) => `${ratio} dB signal to wind`,
  draw: (_, frame, rng) => ({
    rumble: normals(rng, steps(frame, RUMBLE_SECONDS).count),
    gusts: uniforms(rng, steps(frame, GUST_SECONDS).count),
  }),
  graph: ({ g, frame, drawn }, x, ratio) => {
    const [fast, slow] = [steps(frame, RUMBLE_SECONDS), steps(frame, GUST_SECONDS)];
    const gust = drawn('gusts', [slow.count]);
    const loudness = held(g, g.mul(gust, gust), slow.length, frame.width);
    const rumble = held(g, drawn('rumble', [fast.count]), fast.length, frame.width);
    return atRatio(g, x, g.reshape(g.mul(loudness, rumble), x.shape), ratio);
  },
});
