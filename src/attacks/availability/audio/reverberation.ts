/** A room's echo: noise that falls by 60 dB in the reverberation time, after the direct sound (Polack's model of a diffuse room). */
import { keyedRng } from '../../../rng/rng.ts';
import type { Frame } from '../frame.ts';
import { asLoudAs, defineRecording, rateOf, streamed } from './recording.ts';

interface Room {
  /** Seconds until the echo has fallen by 60 dB. */
  readonly time: number;
  /** Energy of the direct sound over that of the echo, in dB. */
  readonly direct: number;
}

const rooms = (rows: readonly (readonly [number, number])[]): Room[] => rows.map(([time, direct]) => ({ time, direct }));

export const reverberation = defineRecording<Room>({
  id: 'reverberation',
  name: 'Reverberation',
  family: 'recording',
  severities: rooms([
    [0.2, 6],
    [0.4, 3],
    [0.6, 0],
    [0.9, -3],
    [1.2, -6],
  ]),
  text: ({ time, direct }) => `${time} s, direct sound ${direct} dB over the echo`,
  graph: ({ g, frame }, x, room) => asLoudAs(g, x, streamed(g, x, response(room, frame))),
});

/** Longest response in seconds: by then the echo is far below what 16 bits hold beside speech. */
const LONGEST = 0.8;

/** The same room for every recording: first tap 1, then the echo after 5 ms. */
function response({ time, direct }: Room, frame: Frame): number[] {
  const rate = rateOf(frame);
  const length = Math.max(2, Math.min(Math.round(Math.min(time, LONGEST) * rate), frame.width));
  const noise = new Float32Array(length);
  keyedRng(0, 'room', time).fillNormal(noise);
  const echo = Array.from(noise, (v, i) => (i < 0.005 * rate ? 0 : v * 10 ** ((-3 * i) / (time * rate))));
  const energy = Math.sqrt(echo.reduce((sum, v) => sum + v * v, 0)) || 1;
  return echo.map((v, i) => (i === 0 ? 1 : (v / energy) * 10 ** (-direct / 20)));
}
