/** Names and order of a graph as the format demands them: each value defined once, before it is used, inner graphs included. */
import { GibbonError } from '../base/errors.ts';
import type { Graph, Node } from './graph.ts';
import { definedIn, graphsOf, usedBy } from './scopes.ts';

const HINT = 'ONNX Runtime refuses such a file as well: it is damaged, or its exporter is at fault.';

const wrong = (message: string): GibbonError => new GibbonError('E_MODEL_UNREADABLE', message, { hint: HINT });

/** The nodes so that producers stand before consumers, as the format demands and not every exporter does. @throws GibbonError E_MODEL_UNREADABLE on a cycle */
export function ordered(nodes: readonly Node[]): readonly Node[] {
  const producer = new Map(nodes.flatMap((node, i) => node.outputs.filter((name) => name !== '').map((name) => [name, i] as const)));
  const waits = nodes.map((node) => new Set(usedBy(node).flatMap((name) => producer.get(name) ?? [])));
  if (waits.every((set, i) => [...set].every((at) => at < i))) return nodes;
  const readers = nodes.map((): number[] => []);
  for (const [i, set] of waits.entries()) for (const at of set) readers[at]?.push(i);
  const ready = waits.flatMap((set, i) => (set.size === 0 ? [i] : []));
  for (const at of ready) {
    for (const reader of readers[at] ?? []) {
      const left = waits[reader] as Set<number>;
      left.delete(at);
      if (left.size === 0) ready.push(reader);
    }
  }
  const stuck = nodes[waits.findIndex((set) => set.size > 0)];
  if (stuck) throw wrong(`the nodes form a cycle through ${stuck.op} ${stuck.name}, which makes ${stuck.outputs.join(', ')}`);
  return ready.map((i) => nodes[i] as Node);
}

/** @throws GibbonError E_MODEL_UNREADABLE for a value that is defined twice, or used and never defined */
export function assertWellFormed(graph: Graph, outer: readonly ReadonlySet<string>[] = []): void {
  const own = new Set<string>();
  for (const name of definedIn(graph)) {
    // Object keys of that name are no keys.
    if (own.has(name) || name === '__proto__') throw wrong(`the graph defines ${name} twice, or under a name that nothing may have`);
    own.add(name);
  }
  const scope = [...outer, own];
  const known = (name: string): void => {
    if (!scope.some((names) => names.has(name))) throw wrong(`the graph uses ${name}, which nothing produces`);
  };
  for (const node of graph.nodes) {
    for (const name of node.inputs) if (name !== '') known(name);
    for (const inner of graphsOf(node)) assertWellFormed(inner, scope);
  }
  for (const { name } of graph.outputs) known(name);
}
