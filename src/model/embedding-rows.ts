/** Finds how many tokens a model embeds: the rows of the table that its token ids look up. */
import { type Graph, type Node, tensorOf } from '../onnx/graph.ts';

/** What token ids pass on their way to the table unchanged. */
const PASSES = new Set(['Identity', 'Cast', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Expand']);
/** What a table passes before it is looked up in: dequantised or widened, its rows stay. */
const KEEPS_ROWS = new Set(['Identity', 'Cast', 'DequantizeLinear']);

/** Rows of the table that the input `ids` indexes; undefined where none is found. */
export function embeddingRows(graph: Graph, ids: string): number | undefined {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name): [string, Node] => [name, node])));
  const reached = new Set([ids]);
  for (const node of graph.nodes) {
    const [data = '', indices = ''] = node.inputs;
    if (PASSES.has(node.op) && reached.has(data)) for (const name of node.outputs) reached.add(name);
    if (node.op !== 'Gather' || !reached.has(indices)) continue;
    const rows = rowsOf(graph, makers, data);
    if (rows !== undefined) return rows;
  }
  return undefined;
}

function rowsOf({ constants }: Graph, makers: ReadonlyMap<string, Node>, table: string): number | undefined {
  let name = table;
  for (;;) {
    const constant = constants.get(name);
    if (constant) return constant.shape.length === 2 ? constant.shape[0] : undefined;
    const maker = makers.get(name);
    if (maker?.op === 'Constant') return tensorOf(maker, 'value')?.shape[0];
    if (!maker || !KEEPS_ROWS.has(maker.op)) return undefined;
    name = maker.inputs[0] ?? '';
  }
}
