/** Drops the nodes of a model that no output needs, e.g. the label arithmetic beside the scores of an exported classifier. */
import type { Graph, Node } from '../onnx/graph.ts';

/** The same model with only the nodes and constants that its outputs need; what a subgraph reads from outside counts as needed. */
export function pruned(model: Graph): Graph {
  const wanted = new Set(model.outputs.map(({ name }) => name));
  const nodes = [...model.nodes].reverse().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name))) return false;
    for (const name of readBy(node)) wanted.add(name);
    return true;
  });
  return { ...model, nodes: nodes.reverse(), constants: new Map([...model.constants].filter(([name]) => wanted.has(name))) };
}

/** Every name that a node reads: its inputs, and what its subgraphs take from outside. */
function readBy(node: Node): string[] {
  return [...node.inputs.filter((name) => name !== ''), ...bodiesOf(node).flatMap((body) => [...outerNames(body)])];
}

/** The subgraphs of a node (branches of If, bodies of Loop and Scan). */
export function bodiesOf({ attributes }: Node): Graph[] {
  return Object.values(attributes).flatMap((attribute) => (attribute.kind === 'graph' ? [attribute.value] : []));
}

/** The names that a subgraph reads and does not define itself. */
export function outerNames(body: Graph): Set<string> {
  const own = new Set([...body.inputs.map(({ name }) => name), ...body.constants.keys(), ...body.nodes.flatMap(({ outputs }) => outputs)]);
  const read = [...body.nodes.flatMap(readBy), ...body.outputs.map(({ name }) => name)];
  return new Set(read.filter((name) => !own.has(name)));
}
