/** Dropouts: a loose contact gives silence for a twentieth of a second at a time. */
import { uniforms } from '../corruption.ts';
import { defineStops } from './stops.ts';

export const dropouts = defineStops({
  id: 'dropouts',
  name: 'Dropouts',
  seconds: 0.05,
  over: ({ g }) => g.scalar(0),
  draw: uniforms,
});
