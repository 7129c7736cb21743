/** Water droplets: each is a small lens that shows its surroundings upside down and out of focus. */
import type { Value } from '../../../onnx/graph.ts';
import type { Rng } from '../../../rng/rng.ts';
import type { Sketch } from '../corruption.ts';
import { areaOf, type Frame } from '../frame.ts';
import { gaussian } from '../graphs/filter.ts';
import { grid, sampled } from '../graphs/sample.ts';
import { asPlane, covered, definePollution, LENS, pixelsOf, reachedBy, sideOf } from './pollution.ts';

const DROPS = 14;
/** How far a droplet's rim bends light, in its own radii. */
const BENDING = 1.8;

export const waterDroplets = definePollution({
  id: 'water_droplets',
  name: 'Water droplets',
  areas: LENS,
  draw: (_, frame, rng) => ({ drops: drops(frame, rng) }),
  graph: (sketch, x, area) => {
    const { g, frame } = sketch;
    const { down, right, distance } = nearest(sketch);
    const rim = reachedBy(sketch, g.neg(distance), pixelsOf(frame, area));
    const share = g.div(distance, g.max(g.neg(rim), g.scalar(1e-6)));
    const isWet = g.greater(share, g.scalar(1));
    const height = g.sqrt(g.max(g.sub(g.scalar(1), g.mul(share, share)), g.scalar(0)));
    const bend = g.mul(g.add(height, g.scalar(0.15)), g.scalar(BENDING));
    const { rows, columns } = grid(g, frame.height, frame.width);
    const seen = sampled(g, x, g.sub(rows, g.mul(down, bend)), g.sub(columns, g.mul(right, bend)), 'mirror');
    const soft = gaussian(g, seen, 0.01 * sideOf(frame));
    // Dark towards the rim, with a glint where the height is just so.
    const shade = asPlane(sketch, g.add(g.scalar(0.62), g.mul(height, g.scalar(0.45))));
    return covered(sketch, x, g.mul(soft, shade), asPlane(sketch, g.where(isWet, g.scalar(0), g.scalar(1))));
  },
});

/** [row, column, radius] of each; radii count among each other only. */
function drops({ height, width }: Frame, rng: Rng): Float32Array {
  const one = (): number[] => [height * rng.uniform(), width * rng.uniform(), 0.4 + 1.2 * rng.uniform() ** 2];
  return Float32Array.from(Array.from({ length: DROPS }, one).flat());
}

/** From the middle of each pixel's nearest droplet, and its distance in that droplet's radii; all [B, H·W]. */
function nearest({ g, frame, drawn }: Sketch): { down: Value; right: Value; distance: Value } {
  const all = drawn('drops', [DROPS, 3]);
  const part = (i: number): Value => g.slice(all, 2, i, i + 1);
  const { rows, columns } = grid(g, frame.height, frame.width);
  const flat = (v: Value): Value => g.reshape(v, [1, 1, areaOf(frame)]);
  const [down, right] = [g.sub(flat(rows), part(0)), g.sub(flat(columns), part(1))];
  const away = g.div(g.sqrt(g.add(g.mul(down, down), g.mul(right, right))), part(2));
  const least = g.neg(g.reduceMax(g.neg(away), [1], true));
  const isNearest = g.where(g.greater(away, least), g.scalar(0), g.scalar(1));
  const own = (v: Value): Value => g.sum(g.mul(v, isNearest), [1]);
  return { down: own(down), right: own(right), distance: g.reshape(least, [frame.batch, areaOf(frame)]) };
}
