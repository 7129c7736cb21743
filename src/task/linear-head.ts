/**
 * The raw scores of a LinearClassifier (ai.onnx.ml), which applies its softmax or logistic function inside the node: saturated probabilities
 * would mask gradients.
 */
import { type Graph, type Node, str, stringOf } from '../onnx/graph.ts';

const SUFFIX = ':before-post-transform';

/** What `scores`, the second output of the node, is, and the name that its raw scores will have; undefined where it has none. */
export function rawScoresOf(
  node: Node,
  scores: string,
): { readonly kind: 'probabilities' | 'sigmoid'; readonly logits: string } | undefined {
  const { intercepts } = node.attributes;
  const classes = intercepts?.kind === 'floats' ? intercepts.value.length : 0;
  // One row of coefficients for two classes has no raw score of its own for the first.
  if (node.op !== 'LinearClassifier' || node.domain !== 'ai.onnx.ml' || node.outputs[1] !== scores || classes < 2) return undefined;
  const transform = stringOf(node, 'post_transform', 'NONE');
  if (transform !== 'SOFTMAX' && transform !== 'LOGISTIC') return undefined;
  return { kind: transform === 'SOFTMAX' || classes === 2 ? 'probabilities' : 'sigmoid', logits: scores + SUFFIX };
}

/** The same model with raw scores of that name beside the classifier; as it is where the name is another value's. */
export function withRawScores(model: Graph, logits: string): Graph {
  const node = model.nodes.find(({ outputs }) => outputs[1] !== undefined && outputs[1] + SUFFIX === logits);
  if (!node) return model;
  const raw: Node = { ...node, name: logits, outputs: ['', logits], attributes: { ...node.attributes, post_transform: str('NONE') } };
  return { ...model, nodes: [...model.nodes, raw] };
}
