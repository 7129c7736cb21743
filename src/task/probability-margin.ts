/** The probability margin (PMA, Lu et al., arXiv:2411.15210, equation 7): what a margin of logits is, but on a scale that every model shares. */
import type { GraphBuilder } from '../onnx/build.ts';
import { int, type Value } from '../onnx/graph.ts';
import { margin } from './classification.ts';

/** max_{i≠y} p_i − p_y of the softmax probabilities p, per row: [B], from −1 to 1; above 0 where y does not win. */
export function probabilityMargin(g: GraphBuilder, logits: Value, labels: Value): Value {
  return margin(g, g.node('Softmax', [logits], { axis: int(-1) }), labels);
}
