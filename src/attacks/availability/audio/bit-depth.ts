/** Fewer bits: coarse steps in place of sixteen bits, as old codecs and cheap converters give. */
import { defineRecording } from './recording.ts';

export const bitDepth = defineRecording<number>({
  id: 'bit_depth',
  name: 'Few bits',
  family: 'transmission',
  severities: [8, 7, 6, 5, 4],
  text: (bits) => `${bits} bits`,
  graph: ({ g }, x, bits) => {
    const levels = 2 ** (bits - 1);
    return g.mul(g.node('Round', [g.mul(x, g.scalar(levels))]), g.scalar(1 / levels));
  },
});
