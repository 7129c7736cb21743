/** A model that knows one row only, run on several: each row goes through its own copy of the graph, and all copies share the weights. */
import { GibbonError } from '../base/errors.ts';
import type { StaticGraph, Value } from '../onnx/graph.ts';
import { newGraph } from '../ops/table.ts';

/** Nodes of all copies together; the runtime takes seconds to load more. */
const MOST = 20_000;

/** Are so many copies of the graph few enough? */
export const fitsRowByRow = ({ nodes }: StaticGraph, rows: number): boolean => nodes.length * rows <= MOST;

/**
 * `single` for `rows` rows: inputs [rows, …] in place of [1, …], outputs stacked along their first dimension.
 * @throws GibbonError E_MODEL_UNSUPPORTED where the copies are too many
 */
export function rowByRow(single: StaticGraph, rows: number): StaticGraph {
  if (!fitsRowByRow(single, rows)) {
    throw new GibbonError(
      'E_MODEL_UNSUPPORTED',
      `the model takes one row at a time, and ${rows} copies of its ${single.nodes.length} nodes are too many`,
      {
        hint: 'Export it with a dynamic batch dimension.',
      },
    );
  }
  const g = newGraph();
  const inputs = single.inputs.map(({ name, type, shape }) => g.input(name, type, [rows, ...shape.slice(1)]));
  const copies = Array.from({ length: rows }, (_, row) =>
    g.inline(single, new Map(inputs.map((value) => [value.name, g.slice(value, 0, row, row + 1)]))),
  );
  const outputs = single.outputs.map(({ name, shape }): [string, Value] => {
    const parts = copies.map((copy) => copy.get(name) as Value);
    return [name, g.concat(shape[0] === 1 ? parts : parts.map((part) => g.reshape(part, [1, ...shape])), 0)];
  });
  return g.finish(Object.fromEntries(outputs), single.name);
}
