/** Inner values of a network by the layers behind them: what the last layers of weights are given. */
import { GibbonError } from '../base/errors.ts';
import type { Node } from '../onnx/graph.ts';
import { type Head, scoresOnly } from '../task/logits.ts';
import { pruned } from '../transform/prune.ts';
import type { ModelFile } from './model-file.ts';

/** A value by its name in the file, or the number of layers of weights that lie behind it: 1 is what the last of them is given. */
export type Layer = string | number;

const WEIGHTED = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'MatMulInteger',
  'ConvInteger',
  'QLinearConv',
  'QLinearMatMul',
  'QGemm',
]);

/** The head of a model that ends at this layer. @throws GibbonError E_USAGE where there is no such value */
export function headAt({ graph, head }: Pick<ModelFile, 'graph' | 'head'>, layer: Layer): Head {
  const nodes = pruned(scoresOnly(graph, head)).nodes;
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const given = layersGiven(nodes, inputs);
  const value = typeof layer === 'string' ? layer : given[layer - 1];
  const isInner = value !== undefined && nodes.some(({ outputs }) => outputs.includes(value));
  if (isInner) return { output: value, kind: 'logits', logits: value };
  const known = given.filter((name) => !inputs.has(name));
  throw new GibbonError(
    'E_USAGE',
    typeof layer === 'string' ? `no value ${layer} lies inside the network` : `no layer lies ${layer} layers of weights before its scores`,
    {
      hint:
        known.length > 0
          ? `What its layers are given, the last first: ${known.slice(0, 8).join(', ')}.`
          : 'The network has one layer only: there is nothing inside it to mimic.',
    },
  );
}

/** What each layer of weights is given, the last layer first. */
function layersGiven(nodes: readonly Node[], inputs: ReadonlySet<string>): string[] {
  const data = new Set(inputs);
  const given: string[] = [];
  for (const node of nodes) {
    const from = node.inputs.filter((name) => data.has(name));
    if (from.length === 0 || node.op === 'Shape' || node.op === 'Size') continue;
    for (const name of node.outputs) if (name !== '') data.add(name);
    // A product of two values of the data is no layer of weights.
    if (WEIGHTED.has(node.op) && from.length === 1) given.push(from[0] as string);
  }
  return given.reverse();
}
