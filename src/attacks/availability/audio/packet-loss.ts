/** Lost packets of 20 ms become silence. */
import { uniforms } from '../corruption.ts';
import type { Frame } from '../frame.ts';
import { defineRecording, held, rateOf } from './recording.ts';

const PACKET_SECONDS = 0.02;

const packet = (frame: Frame): number => Math.max(1, Math.round(PACKET_SECONDS * rateOf(frame)));
const packets = (frame: Frame): number => Math.ceil(frame.width / packet(frame));

export const packetLoss = defineRecording<number>({
  id: 'packet_loss',
  name: 'Packet loss',
  family: 'transmission',
  severities: [0.02, 0.05, 0.1, 0.2, 0.4],
  text: (share) => `${Math.round(100 * share)} % of packets of 20 ms`,
  draw: (_, frame, rng) => ({ luck: uniforms(rng, packets(frame)) }),
  graph: ({ g, frame, drawn }, x, share) => {
    const arrived = g.where(g.less(drawn('luck', [packets(frame)]), g.scalar(share)), g.scalar(0), g.scalar(1));
    return g.mul(x, g.reshape(held(g, arrived, packet(frame), frame.width), x.shape));
  },
});
