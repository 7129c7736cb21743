/** The Gram matrix of score vectors as a graph in double precision: its eigenvalues are the squared singular values of what the last layer puts out (Carlini et al., arXiv:2403.06634). */
import type { StaticGraph } from '../onnx/graph.ts';
import { newGraph } from '../ops/table.ts';

/** Answers [n, k] without their mean over the classes (softmax forgets it) and over the rows (a bias): XᵀX [k, k]. */
export function gramGraph(n: number, k: number): StaticGraph {
  const g = newGraph();
  const x = g.input('x', 'float64', [n, k]);
  const ofRow = g.div(g.sum(x, [1], true), g.scalar(k, x));
  const centred = g.sub(x, ofRow);
  const ofClass = g.div(g.sum(centred, [0], true), g.scalar(n, x));
  const both = g.sub(centred, ofClass);
  return g.finish({ gram: g.matmul(g.transposed(both), both) }, 'gram');
}

/** Singular values below this share of the largest are float32 noise. */
const NOISE = 1e-5;
/** So much smaller than the one before must the first one be that does not count. */
const CLIFF = 10;

/** How many singular values stand above the noise; undefined where there is no clear step down to it. */
export function rankOf(eigenvalues: readonly number[]): number | undefined {
  const values = eigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  const [first = 0] = values;
  if (first === 0) return 0;
  const rank = values.filter((value) => value > NOISE * first).length;
  const [last, next] = [values[rank - 1] as number, values[rank]];
  return next === undefined || last >= CLIFF * next ? rank : undefined;
}
