/** Clipping: a microphone that was turned up too far cuts the peaks off. */
import { defineRecording } from './recording.ts';

export const clipping = defineRecording<number>({
  id: 'clipping',
  name: 'Clipping',
  family: 'recording',
  severities: [0.5, 0.25, 0.1, 0.05, 0.02],
  text: (share) => `cut at ${Math.round(100 * share)} % of the peak, then as loud as before`,
  graph: ({ g }, x, share) => {
    const peak = g.max(g.reduceMax(g.abs(x), [3], true), g.scalar(1e-9));
    const relative = g.div(x, peak);
    return g.mul(g.mul(g.clip(relative, -share, share), g.scalar(1 / share)), peak);
  },
});
