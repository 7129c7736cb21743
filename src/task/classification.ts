/** What a classifier's outputs mean: its decision, its margin and its losses, as graphs over logits [B, C] and labels [B]. */
import type { GraphBuilder } from '../onnx/build.ts';
import { int, type Value } from '../onnx/graph.ts';

/** One-hot rows [B, C] of integer labels [B]. */
export function oneHot(g: GraphBuilder, labels: Value, like: Value): Value {
  const classes = like.shape.at(-1) as number;
  const column = g.reshape(labels, [labels.shape[0] as number, 1]);
  return g.cast(g.equal(column, g.ints(Array.from({ length: classes }, (_, i) => i))), like.type);
}

/** Below this log-odds log(1 + eᵗ) is eᵗ, to five digits. */
const CERTAIN = -10;

/**
 * −log softmax(logits)[label], per row: [B], as log(1 + eᵗ) of the log-odds t = log Σ_{j ≠ label} e^{z_j} − z_label. Its gradient keeps its direction where
 * softmax's p − 1 has long been rounded to 0: a confident model does not hide it. No sum over classes rounds differently in odd and even rows.
 */
export function crossEntropy(g: GraphBuilder, logits: Value, labels: Value): Value {
  const own = oneHot(g, labels, logits);
  const others = g.sub(logits, g.mul(own, g.scalar(1e30, logits)));
  const log = g.node('LogSoftmax', [others], { axis: int(-1) });
  // z − log softmax(z) is log Σ e^z at every position; at the largest it loses least.
  const total = g.sum(g.mul(g.sub(others, log), oneHot(g, decision(g, others), logits)), [1]);
  const odds = g.sub(total, g.sum(g.mul(logits, own), [1]));
  const small = g.exp(g.min(odds, g.scalar(0, odds)));
  return g.where(g.less(odds, g.scalar(CERTAIN, odds)), small, g.node('Softplus', [odds]));
}

/** Largest other logit minus the label's, per row (Carlini & Wagner's f6, arXiv:1608.04644): positive where the label does not win. */
export function margin(g: GraphBuilder, logits: Value, labels: Value): Value {
  const own = oneHot(g, labels, logits);
  const label = g.sum(g.mul(logits, own), [1]);
  const others = g.reduceMax(g.sub(logits, g.mul(own, g.scalar(1e30, logits))), [1]);
  return g.sub(others, label);
}

/** The predicted class, per row: int64 [B]; the first of equals. */
export function decision(g: GraphBuilder, logits: Value): Value {
  return g.node('ArgMax', [logits], { axis: int(1), keepdims: int(0) });
}
