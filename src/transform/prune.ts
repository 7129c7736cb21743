/** Drops the nodes of a model that no output needs, e.g. the label arithmetic beside the scores of an exported classifier. */
import type { Graph } from '../onnx/graph.ts';
import { usedBy } from '../onnx/scopes.ts';

/** The same model with only the nodes and constants that its outputs need; what a subgraph reads from outside counts as needed. */
export function pruned(model: Graph): Graph {
  const wanted = new Set(model.outputs.map(({ name }) => name));
  const nodes = [...model.nodes].reverse().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name))) return false;
    for (const name of usedBy(node)) wanted.add(name);
    return true;
  });
  return { ...model, nodes: nodes.reverse(), constants: new Map([...model.constants].filter(([name]) => wanted.has(name))) };
}
