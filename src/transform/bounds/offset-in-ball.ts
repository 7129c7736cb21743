/**
 * The offset h of a linear bound c·relu(z) ≥ g·z + h over a layer whose values z lie in a ball as well as in a box (SDP-CROWN, Chiu et al., arXiv:2506.06665,
 * theorem 4.1, there without the box): the least value of Σᵢ (cᵢ − gᵢ)·zᵢ⁺ − gᵢ·zᵢ⁻, z⁺ = max(z, 0), z⁻ = min(z, 0), by `leastInBall`. As its λ falls to 0 it
 * becomes the one over the box alone, so the planes' intercepts are no better than the best λ.
 */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Interval } from '../../ops/rule.ts';
import type { LayerBall } from './layer-balls.ts';
import { type Bound, leastInBall } from './least-in-ball.ts';

export interface RectifiedLayer {
  /** c, [S, B, …]: coefficients of the rectified values. */
  readonly above: Value;
  /** g, of the same shape: those of the values before. */
  readonly below: Value;
  readonly within: Confined;
  readonly batch: number;
}

/** Where the values of a layer lie, [B, …], or [S, B, …] for rows that see different parts of it: a part of a ball is in a ball of the same radius. */
export interface Confined {
  readonly interval: Interval;
  readonly ball: LayerBall;
}

export function offsetInBall(g: GraphBuilder, { above, below, within: { interval, ball }, batch }: RectifiedLayer): Bound {
  const rows = above.shape[0] as number;
  const n = sizeOf(above.shape) / rows / batch;
  const layer = (value: Value): Value => g.reshape(value, value.shape.length === above.shape.length ? [rows, batch, n] : [batch, n]);
  const flat = (value: Value): Value => g.reshape(value, [rows, batch, n]);
  const [lower, upper, zero] = [layer(interval.lower), layer(interval.upper), g.scalar(0, above)];
  const [rising, falling] = [flat(g.sub(above, below)), flat(g.neg(below))];
  return leastInBall(g, {
    // A neuron of one sign has zero alone on the other side, and is worth no less there: its own slope, c − g or g, is 0.
    sides: [
      { slope: rising, low: g.max(lower, zero), high: g.max(upper, zero) },
      { slope: falling, low: g.min(lower, zero), high: g.min(upper, zero) },
    ],
    centre: layer(ball.centre),
    radius: g.reshape(ball.radius, [batch, 1]),
    value: (points) => {
      const positive = g.node('Relu', [points]);
      return g.add(g.mul(rising, positive), g.mul(falling, g.sub(points, positive)));
    },
  });
}
