/** Hot pixels: single ones stay white. */
import { uniforms } from '../corruption.ts';
import { areaOf } from '../frame.ts';
import { covered, coverOf, definePollution, SENSOR } from './pollution.ts';

export const hotPixels = definePollution({
  id: 'hot_pixels',
  name: 'Hot pixels',
  areas: SENSOR,
  draw: (_, frame, rng) => ({ luck: uniforms(rng, areaOf(frame)) }),
  graph: (sketch, x, area) => {
    const { g, frame, drawn } = sketch;
    return covered(sketch, x, g.scalar(1), coverOf(sketch, drawn('luck', [areaOf(frame)]), area));
  },
});
