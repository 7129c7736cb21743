/** A waveform as the area between its lowest and highest value in each column. */
import { area } from 'd3-shape';
import type { VNode } from 'preact';

type Props = { series: readonly (readonly number[])[]; gain: number; label: string; tone: 'plain' | 'bad' };

export function Envelope({ series, gain, label, tone }: Props): VNode {
  const columns = series.length;
  const y = (value: number): number => 40 - Math.max(-1, Math.min(1, value * gain)) * 38;
  const draw = area<readonly number[]>()
    .x((_, i) => (i / Math.max(columns - 1, 1)) * 300)
    .y0((d) => Math.min(y(d[0] ?? 0) + 0.4, 80))
    .y1((d) => Math.max(y(d[1] ?? 0) - 0.4, 0))
    .digits(1);
  return (
    <svg class={`envelope tone-${tone}`} viewBox="0 0 300 80" preserveAspectRatio="none" role="img" aria-label={label}>
      <line class="envelope-zero" x1="0" x2="300" y1="40" y2="40" />
      <path class="envelope-area" d={draw(series) ?? ''} />
    </svg>
  );
}
