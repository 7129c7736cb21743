/** A smudge: grease that was wiped about blurs and brightens. */
import { uniforms } from '../corruption.ts';
import { gaussian } from '../graphs/filter.ts';
import { mapDraws, mapSide } from '../graphs/plasma.ts';
import { cloud } from './cloud.ts';
import { covered, coverOf, definePollution, LENS, sideOf } from './pollution.ts';

export const smudge = definePollution({
  id: 'smudge',
  name: 'Smudge',
  areas: LENS,
  draw: (_, { height, width }, rng) => ({ cloud: uniforms(rng, mapDraws(mapSide(height, width)), -1, 1) }),
  graph: (sketch, x, area) => {
    const { g, frame } = sketch;
    const side = sideOf(frame);
    const cover = gaussian(g, coverOf(sketch, cloud(sketch, 'cloud', 2.2), area), 0.02 * side);
    const wiped = g.add(g.mul(gaussian(g, x, 0.05 * side), g.scalar(0.75)), g.scalar(0.18));
    return covered(sketch, x, wiped, cover);
  },
});
