/** The names of a model's classes, where the file carries them: ai.onnx.ml classifiers and what exporters put behind them. */
import type { Graph, Node } from '../onnx/graph.ts';
import { numbers, type Tensor } from '../onnx/tensor.ts';

const ATTRIBUTES = ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints'] as const;

/** Names in the order of the scores; undefined where there are none, or only the positions themselves. */
export function classLabels({ nodes, constants }: Graph): readonly string[] | undefined {
  const found = [
    ...nodes.flatMap(listed),
    ...[...constants].flatMap(([name, tensor]) => (/^classes\d*$/.test(name) ? [textOf(tensor)] : [])),
  ];
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

const textOf = (tensor: Tensor): string[] => (tensor.strings ? [...tensor.strings] : numbers(tensor).map(String));
