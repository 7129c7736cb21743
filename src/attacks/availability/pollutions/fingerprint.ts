/** A fingerprint: a greasy oval with ridges that blurs and veils what lies behind. */
import type { Value } from '../../../onnx/graph.ts';
import { type Sketch, uniforms } from '../corruption.ts';
import { gaussian } from '../graphs/filter.ts';
import { mapDraws, mapSide } from '../graphs/plasma.ts';
import { grid } from '../graphs/sample.ts';
import { cloud } from './cloud.ts';
import { asPlane, covered, coverOf, definePollution, LENS, sideOf } from './pollution.ts';

/** Ridges across the side of the picture, at most one in four pixels. */
const RIDGES = 48;

export const fingerprint = definePollution({
  id: 'fingerprint',
  name: 'Fingerprint',
  areas: LENS,
  draw: (_, { height, width }, rng) => ({
    place: Float32Array.of(height * (0.15 + 0.7 * rng.uniform()), width * (0.15 + 0.7 * rng.uniform()), Math.PI * rng.uniform()),
    whorl: uniforms(rng, mapDraws(mapSide(height, width)), -1, 1),
  }),
  graph: (sketch, x, area) => {
    const { g, frame } = sketch;
    const side = sideOf(frame);
    const radius = distanceFrom(sketch);
    const phase = g.add(
      g.mul(radius, g.scalar((2 * Math.PI * Math.min(RIDGES, side / 4)) / side)),
      g.mul(cloud(sketch, 'whorl', 2.2), g.scalar(45)),
    );
    const ridges = g.add(g.mul(asPlane(sketch, g.node('Sin', [phase])), g.scalar(0.5)), g.scalar(0.5));
    const cover = gaussian(g, coverOf(sketch, g.neg(radius), area), 0.012 * side);
    const greasy = gaussian(g, x, 0.02 * side);
    const veiled = g.add(g.mul(greasy, g.scalar(0.7)), g.add(g.scalar(0.12), g.mul(ridges, g.scalar(0.2))));
    return covered(sketch, x, veiled, cover);
  },
});

/** From the middle of an oval half as wide as long, turned anyhow: [B, H·W]. */
function distanceFrom({ g, frame, drawn }: Sketch): Value {
  const place = drawn('place', [3]);
  const part = (i: number): Value => g.slice(place, 1, i, i + 1);
  const { rows, columns } = grid(g, frame.height, frame.width);
  const [down, right] = [g.sub(rows, part(0)), g.sub(columns, part(1))];
  const [sin, cos] = [g.node('Sin', [part(2)]), g.node('Cos', [part(2)])];
  const length = g.mul(g.add(g.mul(right, cos), g.mul(down, sin)), g.scalar(0.6));
  const across = g.sub(g.mul(down, cos), g.mul(right, sin));
  return g.sqrt(g.add(g.mul(length, length), g.mul(across, across)));
}
