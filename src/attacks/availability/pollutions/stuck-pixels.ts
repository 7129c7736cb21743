/** Stuck pixels: single ones stay at some colour. */
import { uniforms } from '../corruption.ts';
import { areaOf } from '../frame.ts';
import { covered, coverOf, definePollution, SENSOR } from './pollution.ts';

export const stuckPixels = definePollution({
  id: 'stuck_pixels',
  name: 'Stuck pixels',
  areas: SENSOR,
  draw: (_, frame, rng) => ({ luck: uniforms(rng, areaOf(frame)), levels: uniforms(rng, areaOf(frame) * frame.channels) }),
  graph: (sketch, x, area) => {
    const { frame, drawn } = sketch;
    return covered(sketch, x, drawn('levels', x.shape.slice(1)), coverOf(sketch, drawn('luck', [areaOf(frame)]), area));
  },
});
