/** A stuck converter: the value stays where it was for a hundredth of a second at a time. */
import { int } from '../../../onnx/graph.ts';
import { int64s } from '../../../onnx/tensor.ts';
import { rateOf } from '../audio/recording.ts';
import { uniforms } from '../corruption.ts';
import { defineStops } from './stops.ts';

const SECONDS = 0.01;

export const stuckSamples = defineStops({
  id: 'stuck_samples',
  name: 'Stuck samples',
  seconds: SECONDS,
  over: ({ g, frame }, x) => {
    const length = Math.max(1, Math.round(SECONDS * rateOf(frame)));
    const first = Array.from({ length: frame.width }, (_, i) => i - (i % length));
    return g.node('Gather', [x, g.constant(int64s(first))], { axis: int(3) });
  },
  draw: uniforms,
});
