/**
 * A model of any export, lowered to core operators with static shapes in one walk: shapes are then known wherever a lowering needs them.
 * Only what provably depends on shapes and constants is decided here; whatever depends on data stays a node, or is refused with its reason.
 */
import { GibbonError } from '../base/errors.ts';
import type { Graph, Node, StaticGraph, Value } from '../onnx/graph.ts';
import { graphsOf } from '../onnx/scopes.ts';
import { isHalf } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import type { Evaluate } from './evaluate.ts';
import { foldConstants } from './fold-constants.ts';
import { type Given, isSequence } from './lower/context.ts';
import { qualifiedName } from './lower/qualified-name.ts';
import { refuseOperators } from './lower/refuse.ts';
import { loweringOf } from './lower/table.ts';
import { refuseTypes } from './lower/types.ts';
import { pruned } from './prune.ts';
import { rowByRow } from './row-by-row.ts';
import { separatesRows } from './separate-rows.ts';
import type { GradientChoice } from './stand-ins.ts';
import { walked } from './walk.ts';

/** Operators behind the model's outputs that cannot be lowered, each once, e.g. "Unique" or "com.microsoft.FusedMatMul". */
export function unsupportedOperators(model: Graph): string[] {
  return [...new Set(unsupportedNodes(pruned(model)).map(qualifiedName))].sort();
}

/** A loop's body runs in any case; a branch counts only once the walk enters it, since constants may decide against it. */
function unsupportedNodes({ nodes }: Graph): Node[] {
  return nodes.flatMap((node) => {
    if (!loweringOf(node)) return [node];
    return node.op === 'If' ? [] : graphsOf(node).flatMap(unsupportedNodes);
  });
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * Lowers `model` for inputs of these shapes (batch first). A model that fixes its first dimension to 1 may be given more rows.
 * `choice` says how gradients are taken where they are hidden.
 * @throws GibbonError E_OPERATOR_UNSUPPORTED listing all operators without a lowering; E_MODEL_SHAPE where shapes contradict
 */
export async function specialise(model: Graph, shapes: Shapes, evaluate: Evaluate, choice: GradientChoice = {}): Promise<StaticGraph> {
  const rows = rebatchedRows(model, shapes) ?? 1;
  const walk: Walking = { evaluate, choice };
  if (rows === 1) return inOneWalk(model, shapes, walk);
  const together = await inOneWalk(model, shapes, walk).catch((error: unknown) => {
    if (error instanceof GibbonError && error.code === 'E_MODEL_SHAPE') return undefined;
    throw error;
  });
  if (together && separatesRows(together, rows)) return together;
  const single = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, [1, ...shape.slice(1)]]));
  return rowByRow(await inOneWalk(model, single, walk), rows);
}

interface Walking {
  readonly evaluate: Evaluate;
  readonly choice: GradientChoice;
}

async function inOneWalk(model: Graph, shapes: Shapes, { evaluate, choice }: Walking): Promise<StaticGraph> {
  const needed = pruned(model);
  const unsupported = unsupportedNodes(needed);
  if (unsupported.length > 0) refuseOperators(unsupported);
  const g = newGraph();
  const env = new Map<string, Given>();
  for (const port of model.inputs) {
    const shape = shapes[port.name];
    if (!shape) throw new GibbonError('E_MODEL_SHAPE', `no shape given for the model's input ${port.name}`);
    // The core has one float type: half precision is computed, and fed, in single.
    env.set(port.name, g.input(port.name, isHalf(port.type) ? 'float32' : port.type, shape));
  }
  const values = await walked(
    { g, env, evaluate, choice, opsets: model.opsets, rows: rowsOf(model, shapes), rebatched: rebatchedRows(model, shapes) },
    needed,
  );
  for (const standIn of choice.standIns ?? []) if (!env.has(standIn.to)) refuseUnknown(standIn.to, [...env.keys()]);
  const outputs = Object.fromEntries(model.outputs.map(({ name }, i) => [name, tensorOf(values[i] as Given, name)]));
  const taken = [...g.inputs.map(({ name }) => name), ...needed.constants.keys()];
  const graph = await foldConstants(g.finish(renamed(outputs, taken), model.name), evaluate);
  refuseTypes(graph);
  return graph;
}

/** Names that are shown of a model's many. */
const SHOWN = 8;

function refuseUnknown(name: string, names: readonly string[]): never {
  const near = names.filter((one) => one.includes(name) || name.includes(one));
  throw new GibbonError('E_USAGE', `no value ${name} stands on the way to the scores, so nothing can stand in for it`, {
    hint: `Values are named as in a viewer; there are ${(near.length > 0 ? near : names).slice(0, SHOWN).join(', ')}, …. Those inside loops and branches cannot be named.`,
  });
}

function tensorOf(value: Given, name: string): Value {
  if (!isSequence(value)) return value;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `the output ${name} is a sequence`, { hint: 'Export it as a tensor.' });
}

const rowsOf = ({ inputs }: Graph, shapes: Shapes): number => shapes[inputs[0]?.name ?? '']?.[0] ?? 1;

/** The batch size, where the model itself fixes its first dimension to 1. */
function rebatchedRows(model: Graph, shapes: Shapes): number | undefined {
  const fixed = model.inputs.every((port) => port.shape?.[0] === 1);
  return fixed ? shapes[model.inputs[0]?.name ?? '']?.[0] : undefined;
}

/** An output may carry an input's or a constant's name (a model that returns its input); graph outputs need a free one. */
function renamed(outputs: Record<string, Value>, names: readonly string[]): Record<string, Value> {
  const taken = new Set(names);
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [taken.has(name) ? `${name}_out` : name, value]));
}
