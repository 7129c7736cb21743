/** Lens flare: light from outside makes a bright spot with a halo, and ghosts along the line through the middle. */
import type { Value } from '../../../onnx/graph.ts';
import type { Sketch } from '../corruption.ts';
import { areaOf } from '../frame.ts';
import { paint } from '../graphs/colour.ts';
import { grid } from '../graphs/sample.ts';
import { asPlane, definePollution, LENS, pixelsOf, reachedBy, sideOf } from './pollution.ts';

/** Ghosts: place on the line (1 is the light, 0 the middle), size and strength. */
const GHOSTS = [
  { at: 1, size: 0.1, strength: 1 },
  { at: 0.5, size: 0.035, strength: 0.35 },
  { at: -0.25, size: 0.06, strength: 0.3 },
  { at: -0.6, size: 0.03, strength: 0.45 },
  { at: -1.05, size: 0.09, strength: 0.3 },
] as const;
/** Light that is added, at least, on the covered area. */
const LEAST = 0.3;

export const lensFlare = definePollution({
  id: 'lens_flare',
  name: 'Lens flare',
  areas: LENS,
  draw: (_, { height, width }, rng) => ({ light: Float32Array.of(height * rng.uniform(), width * rng.uniform()) }),
  graph: (sketch, x, area) => {
    const { g, frame } = sketch;
    const light = lightOf(sketch);
    const least = g.max(reachedBy(sketch, light, pixelsOf(frame, area)), g.scalar(1e-6));
    const added = g.min(g.mul(g.div(light, least), g.scalar(LEAST)), g.scalar(1));
    return g.add(x, g.mul(asPlane(sketch, added), paint(g, [255, 244, 222], frame.channels)));
  },
});

/** Light on each pixel, [B, H·W]. */
function lightOf({ g, frame, drawn }: Sketch): Value {
  const { batch, height, width } = frame;
  const light = drawn('light', [2]);
  const side = sideOf(frame);
  const { rows, columns } = grid(g, height, width);
  const away = (axis: 0 | 1, at: number): Value => {
    const middle = ((axis === 0 ? height : width) - 1) / 2;
    const centre = g.add(g.mul(g.sub(g.slice(light, 1, axis, axis + 1), g.scalar(middle)), g.scalar(at)), g.scalar(middle));
    return g.sub(axis === 0 ? rows : columns, centre);
  };
  const ghosts = GHOSTS.map(({ at, size, strength }) => {
    const [down, right] = [away(0, at), away(1, at)];
    const square = g.mul(g.add(g.mul(down, down), g.mul(right, right)), g.scalar(1 / (size * side) ** 2));
    // The light itself falls off slowly; ghosts are disks with a soft rim.
    const shape =
      at === 1 ? g.div(g.scalar(1), g.add(g.scalar(1), square)) : g.node('Sigmoid', [g.mul(g.sub(g.scalar(1), square), g.scalar(4))]);
    return g.mul(shape, g.scalar(strength));
  });
  return g.expand(
    ghosts.reduce((a, b) => g.add(a, b)),
    [batch, areaOf(frame)],
  );
}
