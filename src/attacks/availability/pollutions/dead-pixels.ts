/** Dead pixels: single ones stay black. */
import { uniforms } from '../corruption.ts';
import { areaOf } from '../frame.ts';
import { covered, coverOf, definePollution, SENSOR } from './pollution.ts';

export const deadPixels = definePollution({
  id: 'dead_pixels',
  name: 'Dead pixels',
  areas: SENSOR,
  draw: (_, frame, rng) => ({ luck: uniforms(rng, areaOf(frame)) }),
  graph: (sketch, x, area) => {
    const { g, frame, drawn } = sketch;
    return covered(sketch, x, g.scalar(0), coverOf(sketch, drawn('luck', [areaOf(frame)]), area));
  },
});
