/** Repeats each element along the spatial axes: the transpose of a sum over non-overlapping windows. */
import type { GraphBuilder } from '../onnx/build.ts';
import { str, type Value } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';

/** x [lead…, B, C, …spatial] with every spatial axis repeated `factors` times, element by element. */
export function upsampled(g: GraphBuilder, x: Value, factors: readonly number[], lead = 0): Value {
  if (factors.every((factor) => factor === 1)) return x;
  // Resize is the cheapest form (research: engine costs), but has no float64 kernel.
  if (x.type === 'float32') return g.folded(x, lead, (rows) => resized(g, rows, factors));
  const front = x.shape.slice(0, x.shape.length - factors.length);
  const spatial = x.shape.slice(-factors.length);
  const spaced = g.reshape(x, [...front, ...spatial.flatMap((dim) => [dim, 1])]);
  const wide = g.expand(spaced, [...front, ...spatial.flatMap((dim, i) => [dim, factors[i] as number])]);
  return g.reshape(wide, [...front, ...spatial.map((dim, i) => dim * (factors[i] as number))]);
}

function resized(g: GraphBuilder, x: Value, factors: readonly number[]): Value {
  const scales = g.constant(floats([1, 1, ...factors], [factors.length + 2]));
  const attributes = { mode: str('nearest'), coordinate_transformation_mode: str('asymmetric'), nearest_mode: str('floor') };
  return g.node('Resize', [x, undefined, scales], attributes);
}
