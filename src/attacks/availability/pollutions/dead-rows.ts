/** Dead rows: whole lines of the sensor stay black. */
import { uniforms } from '../corruption.ts';
import { covered, definePollution, reachedBy, SENSOR_LINES } from './pollution.ts';

export const deadRows = definePollution({
  id: 'dead_rows',
  name: 'Dead rows',
  areas: SENSOR_LINES,
  draw: (_, frame, rng) => ({ luck: uniforms(rng, frame.height) }),
  graph: (sketch, x, area) => {
    const { g, frame, drawn } = sketch;
    const luck = drawn('luck', [frame.height]);
    const dead = g.less(luck, reachedBy(sketch, luck, Math.max(1, Math.round(area * frame.height))));
    const cover = g.reshape(g.where(dead, g.scalar(0), g.scalar(1)), [frame.batch, 1, frame.height, 1]);
    return covered(sketch, x, g.scalar(0), cover);
  },
});
