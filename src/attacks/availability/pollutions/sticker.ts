/** A sticker, or a leaf: one opaque patch with stripes of two colours. */
import type { Value } from '../../../onnx/graph.ts';
import { type Sketch, uniforms } from '../corruption.ts';
import { grid } from '../graphs/sample.ts';
import { asPlane, covered, coverOf, definePollution, LENS, sideOf } from './pollution.ts';

/** Stripes across the side of the picture. */
const STRIPES = 14;

export const sticker = definePollution({
  id: 'sticker',
  name: 'Sticker',
  areas: LENS,
  // The patch lies inside: its middle is half its side away from the border.
  draw: (area, { height, width, channels }, rng) => {
    const half = Math.min(0.5, Math.sqrt(area * height * width) / 2 / sideOf({ height, width }));
    const within = (size: number): number => size * (half + (1 - 2 * half) * rng.uniform());
    return { place: Float32Array.of(within(height), within(width), 2 * Math.PI * rng.uniform()), colours: uniforms(rng, 2 * channels) };
  },
  graph: (sketch, x, area) => {
    const { g, frame, drawn } = sketch;
    const { down, right, turn } = fromMiddle(sketch);
    const cover = coverOf(sketch, g.neg(g.max(g.abs(down), g.abs(right))), area);
    const line = g.add(g.mul(right, g.node('Cos', [turn])), g.mul(down, g.node('Sin', [turn])));
    const wave = g.node('Sin', [g.mul(line, g.scalar((2 * Math.PI * STRIPES) / sideOf(frame)))]);
    const isFirst = asPlane(sketch, g.where(g.less(wave, g.scalar(0)), g.scalar(0), g.scalar(1)));
    const colours = drawn('colours', [2 * frame.channels]);
    const colour = (i: number): Value =>
      g.reshape(g.slice(colours, 1, i * frame.channels, (i + 1) * frame.channels), [frame.batch, frame.channels, 1, 1]);
    return covered(sketch, x, covered(sketch, g.expand(colour(0), x.shape), colour(1), isFirst), cover);
  },
});

/** [B, H·W] each, and the direction of the stripes [B, 1]. */
function fromMiddle({ g, frame, drawn }: Sketch): { down: Value; right: Value; turn: Value } {
  const place = drawn('place', [3]);
  const part = (i: number): Value => g.slice(place, 1, i, i + 1);
  const { rows, columns } = grid(g, frame.height, frame.width);
  return { down: g.sub(rows, part(0)), right: g.sub(columns, part(1)), turn: part(2) };
}
