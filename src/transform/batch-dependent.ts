/** Does a model look at all rows of a batch together, so that its answer on one row depends on what else was asked? */
import type { Graph, Node } from '../onnx/graph.ts';
import { graphsOf } from '../onnx/scopes.ts';
import { pruned } from './prune.ts';

/** Quantisers that take their scale from the whole batch. */
const QUANTISERS = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'DynamicQuantizeLSTM']);
/** What they return follows from shapes alone. */
const OF_SHAPES = new Set(['Shape', 'Size']);
/** Control flow, and which inputs decide its path: one path for the whole batch. */
const DECIDED_BY: Readonly<Record<string, readonly number[]>> = { If: [0], Loop: [0, 1] };

/** Is any scale or path taken from the whole batch? */
export function isBatchDependent(model: Graph): boolean {
  return quantises(model) || branchesOnData(model);
}

const quantises = ({ nodes }: Graph): boolean => nodes.some((node) => QUANTISERS.has(node.op) || graphsOf(node).some(quantises));

/** Does the data (not only its shape) decide which path is taken? */
export function branchesOnData(model: Graph): boolean {
  return branches(pruned(model), new Set());
}

function branches(graph: Graph, outside: ReadonlySet<string>): boolean {
  const data = new Set([...outside, ...graph.inputs.map(({ name }) => name)]);
  return graph.nodes.some((node) => {
    if (DECIDED_BY[node.op]?.some((index) => data.has(node.inputs[index] ?? ''))) return true;
    if (graphsOf(node).some((body) => branches(body, data))) return true;
    if (dependsOn(node, data)) for (const name of node.outputs) data.add(name);
    return false;
  });
}

/** A body may bring the data in by itself. */
const dependsOn = (node: Node, data: ReadonlySet<string>): boolean =>
  !OF_SHAPES.has(node.op) && (node.inputs.some((name) => data.has(name)) || graphsOf(node).length > 0);
