/** Recordings as the area between their lowest and highest value, all drawn with the same gain. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { Envelope } from '../envelope.tsx';

export function DetailWaveform({ detail }: { detail: DetailOf<'waveform'> }): VNode {
  const peak = detail.items.reduce(
    (most, { envelope }) => envelope.reduce((max, pair) => Math.max(max, ...pair.map((value) => Math.abs(value))), most),
    0,
  );
  return (
    <ul class="waveforms">
      {detail.items.map(({ caption, envelope }, i) => (
        <li key={i}>
          <Envelope series={envelope} gain={1 / (peak || 1)} tone="plain" label={caption} />
          <p class="dim">{caption}</p>
        </li>
      ))}
    </ul>
  );
}
