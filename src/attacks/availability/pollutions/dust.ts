/** Dust: many small grey specks, out of focus. */
import { normals } from '../corruption.ts';
import { areaOf } from '../frame.ts';
import { paint } from '../graphs/colour.ts';
import { gaussian } from '../graphs/filter.ts';
import { asPlane, covered, coverOf, definePollution, LENS, sideOf } from './pollution.ts';

export const dust = definePollution({
  id: 'dust',
  name: 'Dust',
  areas: LENS,
  draw: (_, frame, rng) => ({ specks: normals(rng, areaOf(frame)) }),
  graph: (sketch, x, area) => {
    const { g, frame, drawn } = sketch;
    const size = Math.max(0.5, 0.012 * sideOf(frame));
    const field = gaussian(g, asPlane(sketch, drawn('specks', [areaOf(frame)])), size);
    const cover = gaussian(g, coverOf(sketch, g.reshape(field, [frame.batch, areaOf(frame)]), area), 0.4 * size);
    return covered(sketch, x, paint(g, [92, 88, 82], frame.channels), g.mul(cover, g.scalar(0.75)));
  },
});
