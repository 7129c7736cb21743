/** What names a graph defines, and what its inner graphs (branches, loop bodies) take from around them. */
import type { Graph, Node } from './graph.ts';

/** The graphs that a node holds (branches, loop bodies). */
export function graphsOf(node: Node): readonly Graph[] {
  return Object.values(node.attributes).flatMap((attribute) => {
    if (attribute.kind === 'graph') return [attribute.value];
    return attribute.kind === 'graphs' ? attribute.value : [];
  });
}

/** Names of the values that a node reads, those that its inner graphs take from outside included; '' left out. */
export function usedBy(node: Node): string[] {
  const names = new Set([...node.inputs, ...graphsOf(node).flatMap((inner) => [...takenBy(inner)])]);
  names.delete('');
  return [...names];
}

/** The names that an inner graph takes from outside. */
export function takenBy(graph: Graph): Set<string> {
  const own = new Set(definedIn(graph));
  const used = [...graph.nodes.flatMap(usedBy), ...graph.outputs.map(({ name }) => name)];
  return new Set(used.filter((name) => !own.has(name)));
}

export function definedIn({ inputs, constants, nodes }: Pick<Graph, 'inputs' | 'constants' | 'nodes'>): string[] {
  return [...inputs.map(({ name }) => name), ...constants.keys(), ...nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''))];
}
