/** What a model is for, as far as an attack needs to know: how its outputs decide, and what it would mean to be wrong. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { crossEntropy, decision, margin } from './classification.ts';

export type LossKind = 'cross-entropy' | 'margin';

/** A task appends small graphs to the model's logits; attacks never speak of arg-max themselves. */
export interface Task {
  readonly id: 'multiclass' | 'binary';
  readonly classes: number;
  /** Per-row loss [B], larger is worse for the model. */
  loss(g: GraphBuilder, kind: LossKind, logits: Value, labels: Value): Value;
  /** Per-row decision [B], int64. */
  decision(g: GraphBuilder, logits: Value): Value;
}

/** A classifier with `classes` logits; one logit counts as two classes (0 and z). */
export function classifier(outputs: number): Task {
  return {
    id: outputs === 1 ? 'binary' : 'multiclass',
    classes: Math.max(outputs, 2),
    loss: (g, kind, logits, labels) => (kind === 'margin' ? margin(g, logits, labels) : crossEntropy(g, logits, labels)),
    decision,
  };
}
