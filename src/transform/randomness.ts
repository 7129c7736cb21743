/** Nodes whose output is drawn anew in every run, so that the same input may be answered otherwise: random layers, and dropout that is still training. */
import { type Graph, intOf, type Node } from '../onnx/graph.ts';
import { graphsOf } from '../onnx/scopes.ts';
import { numbers, type Tensor } from '../onnx/tensor.ts';
import { pruned } from './prune.ts';

const RANDOM: ReadonlySet<string> = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);
const DROPOUT: ReadonlySet<string> = new Set(['Dropout', 'BiasDropout', 'BitmaskDropout', 'BitmaskBiasDropout']);

/** The random nodes behind the model's outputs, those of branches and loop bodies included. */
export function randomNodes(model: Graph): Node[] {
  const graph = pruned(model);
  const constants = new Map([...graph.constants, ...constantNodes(graph)]);
  return inside(graph.nodes, constants);
}

function inside(nodes: readonly Node[], constants: ReadonlyMap<string, Tensor>): Node[] {
  return nodes.flatMap((node) => [
    ...(isRandom(node, constants) ? [node] : []),
    ...graphsOf(node).flatMap((body) => inside(body.nodes, new Map([...constants, ...body.constants, ...constantNodes(body)]))),
  ]);
}

function constantNodes({ nodes }: Pick<Graph, 'nodes'>): [string, Tensor][] {
  return nodes.flatMap(({ op, attributes, outputs }): [string, Tensor][] => {
    const value = attributes.value;
    return op === 'Constant' && value?.kind === 'tensor' ? [[outputs[0] as string, value.value]] : [];
  });
}

function isRandom(node: Node, constants: ReadonlyMap<string, Tensor>): boolean {
  if (RANDOM.has(node.op) && node.domain === '') return true;
  if (!DROPOUT.has(node.op)) return false;
  // The training flag is the third input of Dropout, the fifth of its fused forms; before opset 12 there is none.
  const flag = node.inputs[node.op === 'Dropout' || node.op === 'BitmaskDropout' ? 2 : 4];
  if (flag === undefined || flag === '') return intOf(node, 'training_mode', 0) === 1;
  const tensor = constants.get(flag);
  return tensor === undefined || numbers(tensor)[0] === 1;
}
