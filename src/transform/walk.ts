/** The walk over a model's nodes: each is lowered in turn, bodies of control flow are walked in the scope around them. */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Graph, Node, Value } from '../onnx/graph.ts';
import { takenBy } from '../onnx/scopes.ts';
import { sizeOf, type Tensor, numbers as tensorNumbers, widened } from '../onnx/tensor.ts';
import { shapeError } from '../ops/shapes.ts';
import type { Evaluate } from './evaluate.ts';
import { type Given, isSequence, type LowerContext, type Lowering } from './lower/context.ts';
import { qualifiedName } from './lower/qualified-name.ts';
import { refuseOperators } from './lower/refuse.ts';
import { loweringOf } from './lower/table.ts';
import { noiseName } from './noise.ts';
import { type GradientChoice, type Standing, stoodIn } from './stand-ins.ts';

type Scope = Map<string, Given>;

export interface Walk {
  readonly g: GraphBuilder;
  readonly env: Scope;
  readonly evaluate: Evaluate;
  readonly opsets: ReadonlyMap<string, number>;
  readonly choice: GradientChoice;
  /** Rows of the inputs. */
  readonly rows: number;
  /** The rows of the batch, where the model fixed its first dimension to 1. */
  readonly rebatched: number | undefined;
}

/** Lowers the nodes of `graph` (its inputs are in scope) and returns its outputs in order. @throws GibbonError as `specialise` */
export async function walked(walk: Walk, graph: Graph): Promise<Given[]> {
  for (const [name, tensor] of graph.constants) walk.env.set(name, walk.g.constant(widened(tensor), name));
  for (const node of graph.nodes) await lowerNode(walk, node);
  return graph.outputs.map(({ name }) => known(walk.env, name));
}

function known(env: Scope, name: string): Given {
  const value = env.get(name);
  if (!value)
    throw new GibbonError('E_MODEL_UNREADABLE', `the graph uses ${name}, which nothing produces`, {
      hint: 'The file is damaged, or its nodes are out of order.',
    });
  return value;
}

async function lowerNode(walk: Walk, node: Node): Promise<void> {
  const lower = loweringOf(node);
  if (!lower) refuseOperators([node]);
  const around = walk.g.origin;
  walk.g.origin = `${qualifiedName(node)} ${node.name || node.outputs[0]}`;
  const outputs = await lowered(lower, contextOf(walk, node));
  walk.g.origin = around;
  for (const [i, name] of node.outputs.entries()) {
    const value = outputs[i];
    if (name !== '' && value) walk.env.set(name, await stoodIn(standingIn(walk), node, name, value));
  }
}

function standingIn({ g, env, evaluate, choice }: Walk): Standing {
  return {
    g,
    choice,
    evaluate,
    known: (name) => env.get(name),
    behind: async (graph, x) => {
      const bound: Scope = new Map(graph.inputs.map(({ name }) => [name, x]));
      const [made] = await walked(
        { g, env: bound, evaluate, opsets: graph.opsets, choice: {}, rows: x.shape[0] ?? 1, rebatched: undefined },
        graph,
      );
      if (!made || isSequence(made)) throw new GibbonError('E_USAGE', 'a stand-in gives one tensor, and this one none');
      return made;
    },
  };
}

/** Damaged nodes lack inputs or attributes that a lowering relies on: that is the model's fault, and no reason to end an audit without gradients. */
async function lowered(lower: Lowering, context: LowerContext): Promise<Awaited<ReturnType<Lowering>>> {
  try {
    return await lower(context);
  } catch (cause) {
    if (cause instanceof GibbonError) throw cause;
    const { op, name } = context.node;
    throw new GibbonError(
      'E_MODEL_UNSUPPORTED',
      `${op} ${name} cannot be lowered: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'Its inputs or attributes are not as its operator set has them, or the fault is ours.',
        cause,
      },
    );
  }
}

function contextOf(walk: Walk, node: Node): LowerContext {
  const { g, env, evaluate, opsets, rebatched } = walk;
  const given = node.inputs.map((name) => (name === '' ? undefined : known(env, name)));
  const inputs = given.map((value) => (value && !isSequence(value) ? value : undefined));
  return {
    g,
    node,
    inputs,
    opset: opsets.get(node.domain) ?? 1,
    rebatched,
    exact: walk.choice.exact === true,
    input: (index) => inputs[index] ?? shapeError(node, `input ${index} is missing`),
    sequence: (index) => {
      const value = given[index];
      return value && isSequence(value) ? value.items : shapeError(node, `input ${index} is not a sequence`);
    },
    given: (index) => given[index],
    numbers: async (index) => {
      const value = inputs[index];
      if (!value) return undefined;
      const tensor = g.tensor(value) ?? (await computed(g, value, evaluate, node));
      return tensorNumbers(tensor);
    },
    known: async (value) => (g.isFixed(value) ? tensorNumbers(g.tensor(value) ?? (await computed(g, value, evaluate, node))) : undefined),
    draw: (shape, like) => drawn(walk, node, shape, like !== undefined && !g.isFixed(like)),
    body: (graph, bound, guard) => bodyOf(walk, graph, bound, guard),
  };
}

function drawn({ g, rows }: Walk, node: Node, shape: readonly number[], isPerRow: boolean): Value {
  if (rows > 1 && (!isPerRow || (shape[0] ?? 0) % rows !== 0)) {
    throw new GibbonError('E_MODEL_SHAPE', `${node.op} ${node.name} draws once for all rows of a batch`, {
      hint: 'Draw with the shape of a value that depends on the input (RandomNormalLike).',
    });
  }
  return g.reshape(g.input(noiseName(g.inputs), 'float32', [rows, sizeOf(shape) / rows]), shape);
}

/** The outputs of a body whose inputs are `bound`; `guard` replaces what it reads from outside. */
function bodyOf(walk: Walk, body: Graph, bound: readonly Given[], guard: (value: Value) => Value = (value) => value): Promise<Given[]> {
  const env: Scope = new Map(walk.env);
  for (const name of takenBy(body)) {
    const value = env.get(name);
    if (value && !isSequence(value)) env.set(name, guard(value));
  }
  for (const [i, { name }] of body.inputs.entries()) {
    const value = bound[i];
    if (value) env.set(name, value);
  }
  return walked({ ...walk, env }, body);
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
