/** Points between an example and another point, and their distance, as small graphs over one example: what attacks that see labels bisect along. */
import { rangeOf } from '../model/preprocessing.ts';
import type { Target } from '../model/target.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { clipTo, type Norm, normOf, project } from '../threat/ball.ts';
import { numberInput, rowGraph, rowsInput } from './row-graph.ts';

export interface LineMoves {
  /** (1 − t)·x0 + t·x, clipped to the range. */
  blend(x0: Float32Array, x: Float32Array, t: number): Promise<Float32Array>;
  /** `blend` in L2 and L1; in Linf x clipped to the box of radius t around x0 (arXiv:1904.02144, equation 13). */
  between(x0: Float32Array, x: Float32Array, t: number): Promise<Float32Array>;
  distance(x0: Float32Array, x: Float32Array): Promise<number>;
}

/** Compiles the moves for a target and a norm. */
export async function lineMoves(target: Target, norm: Norm): Promise<LineMoves> {
  const range = rangeOf(target.preprocessing);
  const row = (g: GraphBuilder, name: string): Value => rowsInput(g, name, 1, target);
  const [blend, box, distance] = await Promise.all([
    rowGraph(target, 'line blend', (g) => {
      const [x0, x, t] = [row(g, 'x0'), row(g, 'x'), numberInput(g, 't')];
      return { made: clipTo(g, g.add(g.mul(g.sub(g.scalar(1), t), x0), g.mul(t, x)), range) };
    }),
    rowGraph(target, 'line box', (g) => {
      const [x0, x, t] = [row(g, 'x0'), row(g, 'x'), numberInput(g, 't')];
      return { made: project(g, 'linf', x, x0, t, range) };
    }),
    rowGraph(target, `line distance ${norm}`, (g) => ({ made: normOf(g, norm, g.sub(row(g, 'x'), row(g, 'x0'))) })),
  ]);
  const blended: LineMoves['blend'] = async (x0, x, t) => (await blend({ x0, x, t })).made;
  return {
    blend: blended,
    between: norm === 'linf' ? async (x0, x, t) => (await box({ x0, x, t })).made : blended,
    distance: async (x0, x) => (await distance({ x0, x })).made[0] as number,
  };
}
