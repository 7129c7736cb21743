/** Dirt: brown patches that let little light through. */
import { uniforms } from '../corruption.ts';
import { paint } from '../graphs/colour.ts';
import { gaussian } from '../graphs/filter.ts';
import { mapDraws, mapSide } from '../graphs/plasma.ts';
import { cloud } from './cloud.ts';
import { covered, coverOf, definePollution, LENS, sideOf } from './pollution.ts';

export const dirt = definePollution({
  id: 'dirt',
  name: 'Dirt',
  areas: LENS,
  draw: (_, { height, width }, rng) => ({ cloud: uniforms(rng, mapDraws(mapSide(height, width)), -1, 1) }),
  graph: (sketch, x, area) => {
    const { g, frame } = sketch;
    const cover = gaussian(g, coverOf(sketch, cloud(sketch, 'cloud', 1.45), area), 0.006 * sideOf(frame));
    return covered(sketch, x, paint(g, [58, 46, 34], frame.channels), g.mul(cover, g.scalar(0.93)));
  },
});
