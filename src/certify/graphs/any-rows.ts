/** One graph for any number of rows, of two that were made for different numbers: a session is made once, and chunks take as many rows as there are. */
import type { Graph, Node, StaticGraph, Value } from '../../onnx/graph.ts';
import { int64s, numbers, type Tensor } from '../../onnx/tensor.ts';

/** A graph for some number of rows in which no constant depends on it. */
export interface AnyRows {
  readonly graph: StaticGraph;
  /** The same with free dimensions where its inputs and outputs have rows. */
  opened(graph: StaticGraph): Graph;
}

/** Undefined where more than the shapes of reshaped and expanded values depends on the number of rows. */
export function anyRows(one: StaticGraph, other: StaticGraph): AnyRows | undefined {
  if (one.nodes.length !== other.nodes.length) return undefined;
  const constants = new Map(one.constants);
  const nodes: Node[] = [];
  for (const [i, node] of one.nodes.entries()) {
    const alike = other.nodes[i] as Node;
    if (!isSame(node, alike)) return undefined;
    const inputs: string[] = [];
    for (const [at, name] of node.inputs.entries()) {
      const [mine, theirs] = [one.constants.get(name), other.constants.get(name)];
      if (equal(mine, theirs)) {
        inputs.push(name);
        continue;
      }
      const open = mine && theirs && at === 1 ? opened(node, { one, other }, numbers(mine), numbers(theirs)) : undefined;
      if (!open) return undefined;
      const own = `${name} of ${node.outputs[0]}`;
      constants.set(own, int64s(open));
      inputs.push(own);
    }
    nodes.push({ ...node, inputs });
  }
  const free = new Map(
    [...one.inputs, ...one.outputs].map(({ name, shape }) => [name, freed(shape, (other.types.get(name) as Value).shape)]),
  );
  return {
    graph: { ...one, nodes, constants },
    opened: (graph) => {
      const port = (value: Value): Graph['inputs'][number] => ({ ...value, shape: free.get(value.name) ?? value.shape });
      return { ...graph, inputs: graph.inputs.map(port), outputs: graph.outputs.map(port) };
    },
  };
}

function isSame(a: Node, b: Node): boolean {
  const list = (node: Node): string => JSON.stringify([node.op, node.inputs, node.outputs, node.attributes]);
  return list(a) === list(b);
}

function equal(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.type !== b.type || a.data.length !== b.data.length || a.shape.join() !== b.shape.join()) return false;
  return a.data.every((byte, i) => byte === b.data[i]);
}

/** A shape that fits both: the one dimension that depends on the rows is what is left over, or what the expanded value has already. */
function opened(
  { op, inputs }: Node,
  { one, other }: { readonly one: StaticGraph; readonly other: StaticGraph },
  mine: readonly number[],
  theirs: readonly number[],
): number[] | undefined {
  if (mine.length !== theirs.length) return undefined;
  if (op === 'Reshape') {
    const free = mine.filter((dim, i) => dim !== theirs[i]);
    return free.length === 1 && !mine.includes(0) ? mine.map((dim, i) => (dim === theirs[i] ? dim : -1)) : undefined;
  }
  if (op !== 'Expand') return undefined;
  const dims = (graph: StaticGraph): readonly number[] => graph.types.get(inputs[0] as string)?.shape ?? [];
  const [from, to] = [dims(one), dims(other)];
  const shape = mine.map((dim, i) => {
    if (dim === theirs[i]) return dim;
    const at = i - mine.length + from.length;
    return from[at] === dim && to[at] === theirs[i] ? 1 : undefined;
  });
  return shape.includes(undefined) ? undefined : (shape as number[]);
}

function freed(shape: readonly number[], other: readonly number[]): (number | string)[] {
  return shape.map((dim, i) => (dim === other[i] ? dim : `rows ${i}`));
}
