/** A model as a function from X_0, X_1, … to Y_0, Y_1, …: all its inputs in one row, and all its outputs in another. */
import { GibbonError } from '../../base/errors.ts';
import type { Graph, Port, StaticGraph, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { specialise } from '../../transform/specialise.ts';
import type { Property } from './property.ts';

/**
 * The graph for so many rows, of one input and one output. The first dimension of every input counts rows, where the others hold all values.
 * @throws GibbonError E_MODEL_UNSUPPORTED where an input has no axis for rows, E_MODEL_SHAPE where the property has another number of inputs
 */
export function flatGraph(model: Graph, property: Pick<Property, 'inputs'>, runtime: Runtime): (batch: number) => Promise<StaticGraph> {
  const single = model.inputs.length === 1 ? property.inputs : undefined;
  const shapes = model.inputs.map((port) => restOf(port, single));
  const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  if (total !== property.inputs)
    throw new GibbonError('E_MODEL_SHAPE', `the property is about ${property.inputs} inputs, and the model has ${total}`, {
      hint: `X_0 to X_${total - 1} are all inputs of the model, flattened, one input after the other.`,
    });
  return async (batch) => {
    const wanted = Object.fromEntries(model.inputs.map(({ name }, i) => [name, [batch, ...(shapes[i] as number[])]]));
    const core = await specialise(model, wanted, evaluator(runtime), { exact: true });
    return core.inputs.length === 1 && core.outputs.length === 1 && model.inputs.length === 1
      ? core
      : joined(core, { batch, total, wanted });
  };
}

/** Dimensions behind the rows' one; open ones are 1. */
function restOf({ name, shape }: Port, values: number | undefined): number[] {
  const dims = (shape ?? [values ?? null]).map((dim) => (typeof dim === 'number' && dim > 0 ? dim : 1));
  const rest = dims.slice(1);
  if (dims.length >= 2 && (values === undefined || sizeOf(rest) === values)) return rest;
  throw new GibbonError(
    'E_MODEL_UNSUPPORTED',
    `the model's input ${name} has the shape [${(shape ?? []).join(', ')}], which has no axis for rows`,
    {
      hint: 'Export it with a first axis of 1 before its values.',
    },
  );
}

interface Joining {
  readonly batch: number;
  readonly total: number;
  /** Shapes of the inputs, in their order. */
  readonly wanted: Readonly<Record<string, readonly number[]>>;
}

function joined(core: StaticGraph, { batch, total, wanted }: Joining): StaticGraph {
  const g = newGraph();
  const x = g.input('x', 'float32', [batch, total]);
  let from = 0;
  const parts = new Map<string, Value>();
  for (const [name, shape] of Object.entries(wanted)) {
    const count = sizeOf(shape) / batch;
    parts.set(name, g.reshape(g.slice(x, 1, from, from + count), [...shape]));
    from += count;
  }
  const made = g.inline(core, parts);
  const outputs = core.outputs.map(({ name, shape }) => {
    const size = sizeOf(shape) / batch;
    if (!Number.isInteger(size)) throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's output ${name} has no axis for rows`);
    return g.reshape(made.get(name) as Value, [batch, size]);
  });
  return g.finish({ y: outputs.length === 1 ? (outputs[0] as Value) : g.concat(outputs, 1) }, 'inputs and outputs in a row each');
}
