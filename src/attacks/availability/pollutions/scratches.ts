/** Scratches: thin bright lines that scatter light. */
import type { Value } from '../../../onnx/graph.ts';
import type { Rng } from '../../../rng/rng.ts';
import type { Sketch } from '../corruption.ts';
import { areaOf, type Frame } from '../frame.ts';
import { paint } from '../graphs/colour.ts';
import { grid } from '../graphs/sample.ts';
import { covered, coverOf, definePollution, LENS, sideOf } from './pollution.ts';

/** The more area, the more scratches, of about this width and length in shares of the side. */
const WIDTH = 0.006;
const LENGTH = 0.6;
const MOST = 100;

const countAt = (area: number): number => Math.min(MOST, Math.max(2, Math.round(area / (WIDTH * LENGTH))));

export const scratches = definePollution({
  id: 'scratches',
  name: 'Scratches',
  areas: LENS,
  draw: (area, frame, rng) => ({ lines: lines(countAt(area), frame, rng) }),
  graph: (sketch, x, area) => {
    const { g, frame } = sketch;
    const cover = coverOf(sketch, nearness(sketch, countAt(area)), area);
    return covered(sketch, x, paint(g, [235, 238, 240], frame.channels), g.mul(cover, g.scalar(0.6)));
  },
});

/** [row, column, direction, half length] of each. */
function lines(count: number, { height, width }: Frame, rng: Rng): Float32Array {
  const side = sideOf({ height, width });
  const one = (): number[] => [
    height * rng.uniform(),
    width * rng.uniform(),
    Math.PI * rng.uniform(),
    side * LENGTH * (0.25 + 0.5 * rng.uniform()),
  ];
  return Float32Array.from(Array.from({ length: count }, one).flat());
}

/** Minus the distance from the nearest line, [B, H·W]. */
function nearness({ g, frame, drawn }: Sketch, count: number): Value {
  const all = drawn('lines', [count, 4]);
  const part = (i: number): Value => g.slice(all, 2, i, i + 1);
  const { rows, columns } = grid(g, frame.height, frame.width);
  const flat = (v: Value): Value => g.reshape(v, [1, 1, areaOf(frame)]);
  const [down, right] = [g.sub(flat(rows), part(0)), g.sub(flat(columns), part(1))];
  const [sin, cos] = [g.node('Sin', [part(2)]), g.node('Cos', [part(2)])];
  const beyond = g.max(g.sub(g.abs(g.add(g.mul(right, cos), g.mul(down, sin))), part(3)), g.scalar(0));
  const across = g.abs(g.sub(g.mul(down, cos), g.mul(right, sin)));
  return g.reduceMax(g.neg(g.add(across, beyond)), [1]);
}
