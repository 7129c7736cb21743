/** Which values of a model depend on what is fed to it: on the numbers themselves, or only on their shapes. */
import type { Graph, Node } from '../../onnx/graph.ts';
import { usedBy } from '../../onnx/scopes.ts';

export interface Flow {
  /** The graph inputs whose numbers a value depends on, as bits in the order of the inputs; values that depend on none are absent. */
  readonly sources: ReadonlyMap<string, bigint>;
  /** Values that follow from the shapes of inputs (and constants) only. */
  readonly shaped: ReadonlySet<string>;
  readonly makers: ReadonlyMap<string, Node>;
  readonly users: ReadonlyMap<string, readonly Node[]>;
}

/** The shape of what they return depends on numbers. */
const LOOSE: ReadonlySet<string> = new Set([
  'NonZero',
  'Compress',
  'Unique',
  'NonMaxSuppression',
  'StringSplit',
  'Range',
  'ConstantOfShape',
]);
/** They return shapes of their input, not its numbers. */
const OF_SHAPES: ReadonlySet<string> = new Set(['Shape', 'Size']);
/** Their shape is that of numbers in an input. */
const SIZED_BY: Readonly<Record<string, readonly number[]>> = {
  Reshape: [1],
  Expand: [1],
  Tile: [1],
  Slice: [1, 2, 4],
  Pad: [1],
  Resize: [2, 3],
  TopK: [1],
  Split: [1],
  OneHot: [1],
};

/** Walks the nodes of the outermost graph once, in their order. */
export function flowOf({ inputs, nodes }: Pick<Graph, 'inputs' | 'nodes'>): Flow {
  const sources = new Map(inputs.map(({ name }, i) => [name, 1n << BigInt(i)]));
  const shaped = new Set<string>();
  // Values whose shape depends on numbers: their shape is data, too.
  const loose = new Set<string>();
  const makers = new Map<string, Node>();
  const users = new Map<string, Node[]>();
  for (const node of nodes) {
    const read = usedBy(node);
    for (const name of read) {
      const known = users.get(name);
      if (known) known.push(node);
      else users.set(name, [node]);
    }
    for (const name of node.outputs) makers.set(name, node);
    const dependent = read.filter((name) => sources.has(name));
    const sized = SIZED_BY[node.op]?.some((index) => sources.has(node.inputs[index] ?? '')) ?? false;
    const isLoose = read.some((name) => loose.has(name)) || (dependent.length > 0 && (LOOSE.has(node.op) || sized));
    const bits = dependent.reduce((all, name) => all | (sources.get(name) as bigint), 0n);
    const isShape = OF_SHAPES.has(node.op) && !read.some((name) => loose.has(name));
    for (const name of node.outputs.filter((one) => one !== '')) {
      if (isLoose) loose.add(name);
      if (bits !== 0n && !isShape) sources.set(name, bits);
      else if (bits !== 0n || read.some((one) => shaped.has(one))) shaped.add(name);
    }
  }
  return { sources, shaped, makers, users };
}
