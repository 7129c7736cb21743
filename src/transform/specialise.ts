/**
 * A model of any export, lowered to core operators with static shapes in one walk: shapes are then known wherever a lowering needs them.
 * Only what provably depends on shapes and constants is decided here; whatever depends on data stays a node, or is refused with its reason.
 */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Graph, Node, StaticGraph, Value } from '../onnx/graph.ts';
import { isHalf, type Tensor, numbers as tensorNumbers, widened } from '../onnx/tensor.ts';
import { shapeError } from '../ops/shapes.ts';
import { newGraph } from '../ops/table.ts';
import type { Evaluate } from './evaluate.ts';
import { foldConstants } from './fold-constants.ts';
import type { LowerContext } from './lower/context.ts';
import { loweringOf, qualifiedName } from './lower/table.ts';

/** Operators of the model that cannot be lowered, each once, e.g. "Loop" or "com.microsoft.FusedMatMul". */
export function unsupportedOperators(model: Graph): string[] {
  const names = model.nodes.filter((node) => !loweringOf(node)).map(qualifiedName);
  return [...new Set(names)].sort();
}

/**
 * Lowers `model` for inputs of these shapes (batch first).
 * @throws GibbonError E_OPERATOR_UNSUPPORTED listing all operators without a lowering; E_MODEL_SHAPE where shapes contradict
 */
export async function specialise(
  model: Graph,
  shapes: Readonly<Record<string, readonly number[]>>,
  evaluate: Evaluate,
): Promise<StaticGraph> {
  const unsupported = unsupportedOperators(model);
  if (unsupported.length > 0) {
    throw new GibbonError('E_OPERATOR_UNSUPPORTED', `no gradient through ${unsupported.join(', ')}`, {
      hint: 'Attacks that need only labels still work on this model.',
    });
  }
  const g = newGraph();
  const env = new Map<string, Value>();
  for (const port of model.inputs) {
    const shape = shapes[port.name];
    if (!shape) throw new GibbonError('E_MODEL_SHAPE', `no shape given for the model's input ${port.name}`);
    // The core has one float type: half precision is computed, and fed, in single.
    env.set(port.name, g.input(port.name, isHalf(port.type) ? 'float32' : port.type, shape));
  }
  for (const [name, tensor] of model.constants) env.set(name, g.constant(widened(tensor), name));
  const rebatched = rebatchedRows(model, shapes);
  for (const node of model.nodes) await lowerNode({ g, env, evaluate, opsets: model.opsets, rebatched }, node);
  const outputs = Object.fromEntries(model.outputs.map(({ name }) => [`${name}`, known(env, name)]));
  return foldConstants(g.finish(renamed(outputs, [...g.inputs.map(({ name }) => name), ...model.constants.keys()]), model.name), evaluate);
}

/** The batch size, where the model itself fixes its first dimension to 1. */
function rebatchedRows(model: Graph, shapes: Readonly<Record<string, readonly number[]>>): number | undefined {
  const fixed = model.inputs.every((port) => port.shape?.[0] === 1);
  return fixed ? shapes[model.inputs[0]?.name ?? '']?.[0] : undefined;
}

/** An output may carry an input's or a constant's name (a model that returns its input); graph outputs need a free one. */
function renamed(outputs: Record<string, Value>, names: readonly string[]): Record<string, Value> {
  const taken = new Set(names);
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [taken.has(name) ? `${name}_out` : name, value]));
}

function known(env: ReadonlyMap<string, Value>, name: string): Value {
  const value = env.get(name);
  if (!value)
    throw new GibbonError('E_MODEL_UNREADABLE', `the graph uses ${name}, which nothing produces`, {
      hint: 'The file is damaged, or its nodes are out of order.',
    });
  return value;
}

interface Walk {
  readonly g: GraphBuilder;
  readonly env: Map<string, Value>;
  readonly evaluate: Evaluate;
  readonly opsets: ReadonlyMap<string, number>;
  readonly rebatched: number | undefined;
}

async function lowerNode({ g, env, evaluate, opsets, rebatched }: Walk, node: Node): Promise<void> {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : known(env, name)));
  const context: LowerContext = {
    g,
    node,
    inputs,
    opset: opsets.get(node.domain) ?? 1,
    rebatched,
    input: (index) => inputs[index] ?? shapeError(node, `input ${index} is missing`),
    numbers: async (index) => {
      const value = inputs[index];
      if (!value) return undefined;
      const tensor = g.tensor(value) ?? (await computed(g, value, evaluate, node));
      return tensorNumbers(tensor);
    },
  };
  const lower = loweringOf(node);
  const outputs = lower ? await lower(context) : [];
  for (const [i, name] of node.outputs.entries()) {
    const value = outputs[i];
    if (name !== '' && value) env.set(name, value);
  }
}

/** The tensor of a value that follows from constants, computed by the runtime. */
async function computed(g: GraphBuilder, value: Value, evaluate: Evaluate, node: Node): Promise<Tensor> {
  if (!g.isFixed(value)) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `${node.op} ${node.name}: its shape depends on the data`, {
      hint: 'Gibbon folds only what follows from shapes and constants: a shape that the data decides could hide a path that fires on rare inputs.',
    });
  }
  const { inputs: _, ...graph } = g.finish({ computed: value });
  const tensor = (await evaluate({ ...graph, inputs: [] })).get('computed');
  if (!tensor) throw new GibbonError('E_INTERNAL', 'the evaluator returned no value');
  return tensor;
}
