/** Graphs of a classifier that never asks the model: what of a row it looks at, and a logistic regression that tells members from others by it (Das et al., arXiv:2406.16201, "blind baselines"). */
import type { StaticGraph, Value } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { keyedRng } from '../rng/rng.ts';
import { crossEntropy } from '../task/classification.ts';
import { gradient } from '../transform/gradient.ts';

/** Longer rows are brought to this length by a sum of blocks with random signs, which keeps distances on average (a count sketch). */
export const SKETCH = 512;

/** x [batch, size] → features [batch, k + 2]: the numbers or their sketch, and their mean and deviation (brightness and contrast, loudness). */
export function featureGraph(batch: number, size: number, seed: number): StaticGraph {
  const g = newGraph();
  const x = g.input('x', 'float32', [batch, size]);
  const count = g.scalar(size);
  const mean = g.div(g.sum(x, [1], true), count);
  const centred = g.sub(x, mean);
  const deviation = g.sqrt(g.div(g.sum(g.mul(centred, centred), [1], true), count));
  if (size <= SKETCH) return g.finish({ features: g.concat([x, mean, deviation], 1) }, 'features');
  const blocks = Math.ceil(size / SKETCH);
  const rng = keyedRng(seed, 'blind', 'signs');
  const signs = Array.from({ length: size }, () => (rng.int(2) === 0 ? -1 : 1));
  const signed = g.mul(x, g.constant(floats(signs, [1, size])));
  const padded = g.pad(signed, [0, 0, 0, blocks * SKETCH - size]);
  const sketch = g.sum(g.reshape(padded, [batch, blocks, SKETCH]), [1]);
  return g.finish({ features: g.concat([sketch, mean, deviation], 1) }, 'features');
}

/** Both halves in units of the first half's standard deviations: [n, d] and [m, d]. */
export function standardGraph(n: number, m: number, d: number): StaticGraph {
  const g = newGraph();
  const [fit, test] = [g.input('fit', 'float32', [n, d]), g.input('test', 'float32', [m, d])];
  const mean = g.div(g.sum(fit, [0], true), g.scalar(n));
  const centred = g.sub(fit, mean);
  const deviation = g.sqrt(g.div(g.sum(g.mul(centred, centred), [0], true), g.scalar(n)));
  const scale = g.max(deviation, g.scalar(1e-6));
  // Beyond five deviations a single odd value would outweigh all others.
  const clipped = (value: typeof fit): typeof fit => g.clip(g.div(g.sub(value, mean), scale), -5, 5);
  return g.finish({ fitted: clipped(fit), tested: clipped(test) }, 'standard');
}

/**
 * One step of gradient descent for the regression on x [n, d] with labels [n] (1 is a member): weights `w` [d, 2].
 * Few steps of plain descent keep to what many examples agree on where numbers are many; Adam would fit all of them alike.
 */
export function regressionStep(n: number, d: number): StaticGraph {
  const g = newGraph();
  const [x, labels] = [g.input('x', 'float32', [n, d]), g.input('labels', 'int64', [n])];
  const [rate, w] = [g.input('rate', 'float32', []), g.input('w', 'float32', [d, 2])];
  const loss = g.mul(g.sum(crossEntropy(g, g.matmul(x, w), labels), [0]), g.scalar(1 / n));
  const [slope] = gradient(g, [{ value: loss, cotangent: g.scalar(1) }], [w]);
  return g.finish({ next: g.sub(w, g.mul(rate, slope as Value)) }, 'regression');
}

/** Score of being a member: [m]. */
export function regressionScores(m: number, d: number): StaticGraph {
  const g = newGraph();
  const [x, w] = [g.input('x', 'float32', [m, d]), g.input('w', 'float32', [d, 2])];
  const logits = g.matmul(x, w);
  return g.finish({ scores: g.reshape(g.sub(g.slice(logits, 1, 1, 2), g.slice(logits, 1, 0, 1)), [m]) }, 'scores');
}
