/** The names of a model's classes, where the file carries them: ai.onnx.ml classifiers and what exporters put behind them. */
import type { Graph, Node } from '../onnx/graph.ts';
import { isFloat, numbers, type Tensor } from '../onnx/tensor.ts';

const ATTRIBUTES = ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints'] as const;

/** Names in the order of the scores; undefined where there are none, or only the positions themselves. */
export function classLabels({ nodes, constants }: Graph): readonly string[] | undefined {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name): [string, Node] => [name, node])));
  const found = nodes.flatMap((node) => [...listed(node), ...looked(node, makers, constants)]);
  const names = found.filter((labels) => labels.length > 1 && !labels.every((label, i) => label === String(i)));
  const [first] = names;
  // Two lists that contradict each other name nothing.
  return first && names.every((other) => other.join('\n') === first.join('\n')) ? first : undefined;
}

function listed({ attributes }: Node): string[][] {
  return ATTRIBUTES.flatMap((name) => {
    const attribute = attributes[name];
    if (attribute?.kind === 'strings') return [[...attribute.value]];
    return attribute?.kind === 'ints' ? [attribute.value.map(String)] : [];
  });
}

const MOVES = new Set(['Cast', 'Reshape', 'Identity', 'Squeeze', 'Flatten']);

/** A list in which the position of the largest score is looked up. */
function looked({ op, inputs }: Node, makers: ReadonlyMap<string, Node>, constants: Graph['constants']): string[][] {
  const names = op === 'ArrayFeatureExtractor' || op === 'Gather' ? constants.get(inputs[0] ?? '') : undefined;
  if (names?.shape.length !== 1 || isFloat(names.type)) return [];
  let maker = makers.get(inputs[1] ?? '');
  while (maker && MOVES.has(maker.op)) maker = makers.get(maker.inputs[0] ?? '');
  return maker?.op === 'ArgMax' ? [textOf(names)] : [];
}

const textOf = (tensor: Tensor): string[] => (tensor.strings ? [...tensor.strings] : numbers(tensor).map(String));
