/** A random surface over the picture, as a field that covers are cut from. */
import type { Value } from '../../../onnx/graph.ts';
import type { Sketch } from '../corruption.ts';
import { areaOf } from '../frame.ts';
import { mapDraws, mapSide, plasma } from '../graphs/plasma.ts';

/** A plasma fractal [B, H·W] from drawn numbers of this name; the larger `decay`, the smoother. */
export function cloud({ g, frame, drawn }: Sketch, name: string, decay: number): Value {
  const { batch, height, width } = frame;
  const side = mapSide(height, width);
  const whole = plasma(g, drawn(name, [mapDraws(side)]), side, decay);
  return g.reshape(g.slice(g.slice(whole, 1, 0, height), 2, 0, width), [batch, areaOf(frame)]);
}
