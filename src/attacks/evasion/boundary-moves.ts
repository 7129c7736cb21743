/** The arithmetic of the boundary attack (Brendel, Rauber & Bethge, arXiv:1712.04248, figure 2) as one small graph over one example. */
import { rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import { clipTo, movedOnly, normOf, perRow, type Range, steepest } from '../../threat/ball.ts';
import { type LineMoves, lineMoves } from '../line-moves.ts';
import { numberInput, rowGraph, rowsInput } from '../row-graph.ts';

export interface Proposed {
  /** The point after the step towards the example, and its distance from it. */
  readonly candidate: Float32Array;
  readonly distance: number;
  /** The point before that step, on the sphere around the example. */
  readonly onSphere: Float32Array;
}

export interface BoundaryMoves extends LineMoves {
  /** A step from x: `spherical` along the sphere around x0 in the direction of the noise, `source` towards x0, both in shares of the distance. */
  propose(x0: Float32Array, x: Float32Array, noise: Float32Array, spherical: number, source: number): Promise<Proposed>;
}

export async function boundaryMoves(target: Target): Promise<BoundaryMoves> {
  const range = rangeOf(target.preprocessing);
  const [line, propose] = await Promise.all([
    lineMoves(target, 'l2'),
    rowGraph(target, 'boundary propose', (g) => {
      const row = (name: string): Value => rowsInput(g, name, 1, target);
      return proposed(g, { x0: row('x0'), x: row('x'), noise: row('noise') }, range);
    }),
  ]);
  return {
    ...line,
    propose: async (x0, x, noise, spherical, source) => {
      const { candidate, distance, onSphere } = await propose({ x0, x, noise, spherical, source });
      return { candidate, distance: distance[0] as number, onSphere };
    },
  };
}

interface Rows {
  readonly x0: Value;
  readonly x: Value;
  readonly noise: Value;
}

/**
 * η ⊥ x0 − x with ‖η‖ = δ·r, the sphere by Pythagoras: x0 + (η − (x0 − x))/√(1 + δ²), then ε·r towards x0, where r = ‖x0 − x‖.
 * What clipping to the range took off the sphere's radius counts as part of the step towards x0.
 */
function proposed(g: GraphBuilder, { x0, x, noise }: Rows, range: Range | undefined): Record<'candidate' | 'distance' | 'onSphere', Value> {
  const [delta, share] = [numberInput(g, 'spherical'), numberInput(g, 'source')];
  const towards = g.sub(x0, x);
  const radius = normOf(g, 'l2', towards);
  const unit = steepest(g, 'l2', towards);
  const drawn = movedOnly(g, noise, range);
  const across = steepest(g, 'l2', g.sub(drawn, g.mul(g.sum(g.mul(drawn, unit), [1], true), unit)));
  const eta = g.mul(perRow(g, g.mul(delta, radius), x), across);
  const longer = g.sqrt(g.add(g.mul(delta, delta), g.scalar(1)));
  const onSphere = clipTo(g, g.add(x0, g.div(g.sub(eta, towards), perRow(g, longer, x))), range);
  const back = g.sub(x0, onSphere);
  const left = normOf(g, 'l2', back);
  const length = g.max(g.add(g.mul(share, radius), g.sub(left, radius)), g.scalar(0));
  const candidate = clipTo(g, g.add(onSphere, g.mul(perRow(g, length, x), steepest(g, 'l2', back))), range);
  return { candidate, distance: normOf(g, 'l2', g.sub(x0, candidate)), onSphere };
}
