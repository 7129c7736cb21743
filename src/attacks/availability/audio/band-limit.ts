/** A narrower band: a telephone's, and worse. Windowed-sinc filters (Blackman). */
import { bandPass, defineRecording, rateOf, streamed } from './recording.ts';

interface Band {
  readonly low: number;
  readonly high: number;
}

const bands = (rows: readonly (readonly [number, number])[]): Band[] => rows.map(([low, high]) => ({ low, high }));

export const bandLimit = defineRecording<Band>({
  id: 'band_limit',
  name: 'Band limit',
  family: 'transmission',
  severities: bands([
    [0, 6000],
    [100, 4500],
    [300, 3400],
    [500, 2500],
    [700, 1800],
  ]),
  text: ({ low, high }) => `${low} to ${high} Hz`,
  graph: ({ g, frame }, x, { low, high }) => streamed(g, x, bandPass(low, high, rateOf(frame))),
});
