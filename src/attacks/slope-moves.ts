/** The arithmetic of slopes that are estimated from scores, as small graphs over one example; none of them touches the model. */
import { rangeOf } from '../model/preprocessing.ts';
import type { Target } from '../model/target.ts';
import { clipTo, movedOnly } from '../threat/ball.ts';
import { numberInput, rowGraph, rowsInput } from './row-graph.ts';

/** Points on both sides of x, and the directions that lead there. */
export interface Probes {
  /** [2 × chunk × size]: first those along the directions, then those against them. */
  readonly points: Float32Array;
  /** [chunk × size]. */
  readonly directions: Float32Array;
}

export interface SlopeMoves {
  /** Directions per probe. */
  readonly chunk: number;
  /** x ± delta·v within the range, v being the `drawn` rows [chunk × size] in the elements that may change. */
  probe(x: Float32Array, drawn: Float32Array, delta: number): Promise<Probes>;
  /** Adds Σ difference·v over the directions v to a slope [size]. */
  gather(slope: Float32Array, directions: Float32Array, differences: Float32Array): Promise<Float32Array>;
}

/** Floats of the directions of one probe, so that wide inputs do not fill the memory. */
const DIRECTION_FLOATS = 2 ** 20;

/** @param pairs directions of one estimate */
export async function slopeMoves(target: Target, pairs: number): Promise<SlopeMoves> {
  const { size, preprocessing } = target;
  const range = rangeOf(preprocessing);
  const most = Math.max(1, Math.floor(DIRECTION_FLOATS / size));
  const chunk = Math.ceil(pairs / Math.ceil(pairs / most));
  const [probe, gather] = await Promise.all([
    rowGraph(target, `slope probe ${chunk}`, (g) => {
      const [x, delta] = [rowsInput(g, 'x', 1, target), numberInput(g, 'delta')];
      const directions = movedOnly(g, rowsInput(g, 'drawn', chunk, target), range);
      const way = g.mul(delta, directions);
      return { points: clipTo(g, g.concat([g.add(x, way), g.sub(x, way)], 0), range), directions };
    }),
    rowGraph(target, `slope gather ${chunk}`, (g) => {
      const [slope, directions] = [rowsInput(g, 'slope', 1, target), rowsInput(g, 'directions', chunk, target)];
      return { slope: g.add(slope, g.matmul(g.input('differences', 'float32', [1, chunk]), directions)) };
    }),
  ]);
  return {
    chunk,
    probe: (x, drawn, delta) => probe({ x, drawn, delta }),
    gather: async (slope, directions, data) =>
      (await gather({ slope, directions, differences: { type: 'float32', shape: [1, chunk], data } })).slope,
  };
}
