/** Computes once whatever follows from constants alone (folded batch normalisation, flipped kernels, dequantised weights). */
import type { StaticGraph, Value } from '../onnx/graph.ts';
import { byteLengthOf, type Tensor } from '../onnx/tensor.ts';
import type { Evaluate } from './evaluate.ts';

/** A folded value may be this much larger than what it was made from; larger ones (a broadcast zero) stay nodes. */
const GROWTH = 8;
const SMALL = 1 << 16;

/** The same graph with its constant part replaced by constants. Equal graphs in, equal graphs out. */
export async function foldConstants(graph: StaticGraph, evaluate: Evaluate): Promise<StaticGraph> {
  const fixed = new Set(graph.constants.keys());
  for (const node of graph.nodes) {
    if (node.inputs.length > 0 && node.inputs.every((name) => name === '' || fixed.has(name)))
      for (const name of node.outputs) fixed.add(name);
  }
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const isFixedNode = (node: StaticGraph['nodes'][number]): boolean => fixed.has(node.outputs[0] as string);
  const largest = [...graph.constants.values()].reduce((most, tensor) => Math.max(most, byteLengthOf(tensor)), SMALL);
  const wanted = new Map<string, Value>();
  for (const node of graph.nodes) {
    if (isFixedNode(node) && !node.outputs.some((name) => outputs.has(name))) continue;
    for (const name of node.inputs) {
      const type = graph.types.get(name);
      if (!type || !fixed.has(name) || graph.constants.has(name)) continue;
      if (byteLengthOf(type) <= GROWTH * largest) wanted.set(name, { name, ...type });
    }
  }
  if (wanted.size === 0) return graph;
  const values = await evaluate(constantPart(graph, [...wanted.values()], fixed));
  return pruned(graph, values);
}

function constantPart(graph: StaticGraph, outputs: readonly Value[], fixed: ReadonlySet<string>): StaticGraph {
  const nodes = graph.nodes.filter((node) => fixed.has(node.outputs[0] as string));
  return live({ ...graph, inputs: [], outputs, nodes });
}

/** Puts the computed constants in and drops what only they needed; a node that also makes something else that is needed stays, and makes both. */
function pruned(graph: StaticGraph, values: ReadonlyMap<string, Tensor>): StaticGraph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const wanted = new Set(outputs);
  const nodes = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name) && (outputs.has(name) || !values.has(name)))) return false;
    for (const name of node.inputs) wanted.add(name);
    return true;
  });
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const constants = [...graph.constants, ...values].filter(([name]) => wanted.has(name) && !made.has(name));
  return { ...graph, nodes: nodes.reverse(), constants: new Map(constants) };
}

/** Drops nodes and constants that no output needs. */
export function live(graph: StaticGraph): StaticGraph {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const nodes = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name))) return false;
    for (const name of node.inputs) wanted.add(name);
    return true;
  });
  return { ...graph, nodes: nodes.reverse(), constants: new Map([...graph.constants].filter(([name]) => wanted.has(name))) };
}
