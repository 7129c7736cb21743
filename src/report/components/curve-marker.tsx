/** A point of a curve: each series has a shape of its own, and a wider invisible target that carries the tooltip. */
import type { VNode } from 'preact';
import type { MarkerShape } from '../curve.ts';

const SHAPES: Record<MarkerShape, string> = {
  circle: 'M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z',
  square: 'M-3.2-3.2h6.4v6.4h-6.4z',
  triangle: 'M0-4.4l4.3 7.4h-8.6z',
  diamond: 'M0-4.6l4.6 4.6-4.6 4.6-4.6-4.6z',
  none: '',
};

export function CurveMarker({ shape, x, y, title }: { shape: MarkerShape; x: number; y: number; title: string }): VNode {
  return (
    <g class="marker" transform={`translate(${x} ${y})`}>
      <title>{title}</title>
      <circle class="target" r="12" />
      {shape !== 'none' && <path d={SHAPES[shape]} />}
    </g>
  );
}
