/** A speaker far from the microphone: all is quieter, down to where 16 bits are few. */
import { defineRecording } from './recording.ts';

export const gain = defineRecording<number>({
  id: 'gain',
  name: 'Low level',
  family: 'recording',
  severities: [-6, -12, -20, -30, -40],
  text: (decibels) => `${decibels} dB`,
  graph: ({ g }, x, decibels) => g.mul(x, g.scalar(10 ** (decibels / 20))),
});
