/** What a classifier's outputs mean: its decision, its margin and its losses, as graphs over logits [B, C] and labels [B]. */
import type { GraphBuilder } from '../onnx/build.ts';
import { int, type Value } from '../onnx/graph.ts';

/** One-hot rows [B, C] of integer labels [B]. */
export function oneHot(g: GraphBuilder, labels: Value, like: Value): Value {
  const classes = like.shape.at(-1) as number;
  const column = g.reshape(labels, [labels.shape[0] as number, 1]);
  return g.cast(g.equal(column, g.ints(Array.from({ length: classes }, (_, i) => i))), like.type);
}

/**
 * −log softmax(logits)[label], per row: [B]. Taken of the differences to the label's logit: its own part of the gradient is then minus the sum of the
 * others' probabilities, where p − 1 rounds to 0 as soon as p is 1 in float32, and a confident model would hide its gradient.
 */
export function crossEntropy(g: GraphBuilder, logits: Value, labels: Value): Value {
  const own = oneHot(g, labels, logits);
  const log = g.node('LogSoftmax', [g.sub(logits, g.sum(g.mul(logits, own), [1], true))], { axis: int(-1) });
  return g.neg(g.sum(g.mul(log, own), [1]));
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
