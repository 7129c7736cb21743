/** What faults that come for a while at a time share: stretches of a recording, an exact share of which is struck. */
import type { Value } from '../../../onnx/graph.ts';
import type { Rng } from '../../../rng/rng.ts';
import { defineRecording, held, rateOf } from '../audio/recording.ts';
import type { Corruption, Sketch } from '../corruption.ts';
import type { Frame } from '../frame.ts';

export const SHARES: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4];

export interface Stops {
  readonly id: string;
  readonly name: string;
  /** Of one stretch. */
  readonly seconds: number;
  /** What is heard instead, [B, 1, 1, T] or a scalar. */
  readonly over: (sketch: Sketch, x: Value) => Value;
  readonly draw: (rng: Rng, count: number) => Float32Array;
}

export function defineStops({ id, name, seconds, over, draw }: Stops): Corruption {
  const length = (frame: Frame): number => Math.max(1, Math.round(seconds * rateOf(frame)));
  const count = (frame: Frame): number => Math.ceil(frame.width / length(frame));
  const unit = defineRecording<number>({
    id,
    name,
    family: 'sensor',
    severities: SHARES,
    text: (share) => `${Math.round(100 * share)} % of the time`,
    draw: (_, frame, rng) => ({ luck: draw(rng, count(frame)) }),
    graph: (sketch, x, share) => {
      const { g, frame, drawn } = sketch;
      const luck = drawn('luck', [count(frame)]);
      const struck = Math.max(1, Math.round(share * count(frame)));
      const [top] = g.nodes1('TopK', [luck, g.ints([struck])], {}, 2);
      const isFine = g.less(luck, g.slice(top as Value, 1, struck - 1, struck));
      const cover = g.reshape(held(g, g.where(isFine, g.scalar(0), g.scalar(1)), length(frame), frame.width), x.shape);
      return g.add(x, g.mul(cover, g.sub(over(sketch, x), x)));
    },
  });
  return { ...unit, amounts: SHARES };
}
