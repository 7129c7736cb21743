/** Dead columns: whole columns of the sensor stay black. */
import { uniforms } from '../corruption.ts';
import { covered, definePollution, reachedBy, SENSOR_LINES } from './pollution.ts';

export const deadColumns = definePollution({
  id: 'dead_columns',
  name: 'Dead columns',
  areas: SENSOR_LINES,
  draw: (_, frame, rng) => ({ luck: uniforms(rng, frame.width) }),
  graph: (sketch, x, area) => {
    const { g, frame, drawn } = sketch;
    const luck = drawn('luck', [frame.width]);
    const dead = g.less(luck, reachedBy(sketch, luck, Math.max(1, Math.round(area * frame.width))));
    const cover = g.reshape(g.where(dead, g.scalar(0), g.scalar(1)), [frame.batch, 1, 1, frame.width]);
    return covered(sketch, x, g.scalar(0), cover);
  },
});
