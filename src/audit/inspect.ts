/** What can be said of a model without any data: what goes in and out, how gradients pass, and what stands in the way of an attack. */
import { GibbonError } from '../base/errors.ts';
import { readModelBytes } from '../data/model-bytes.ts';
import { openModelFolder } from '../data/model-folder.ts';
import { expectedScale } from '../model/expected-scale.ts';
import { aboutModel } from '../onnx/about.ts';
import type { Graph, Node, Port } from '../onnx/graph.ts';
import { readModel } from '../onnx/read.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { isCore, OPS } from '../ops/table.ts';
import { evaluator } from '../runtime/evaluate.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { headOf, scoresOnly } from '../task/logits.ts';
import { qualifiedName } from '../transform/lower/qualified-name.ts';
import { reasonOf } from '../transform/lower/reasons.ts';
import { isStraightThrough } from '../transform/lower/straight-through.ts';
import { pruned } from '../transform/prune.ts';
import { specialise, unsupportedOperators } from '../transform/specialise.ts';
import { looksLike } from './looks-like.ts';
import { portText } from './port-text.ts';

export interface Inspection {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly parameters: number;
  /** The exporter; '' where the file does not say. */
  readonly producer: string;
  readonly irVersion: number;
  /** What of the format is newer than this version knows; null where nothing is. */
  readonly newer: string | null;
  /** Version of each operator set; the ONNX one is called ai.onnx. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Each with what it seems to take, e.g. "RGB images, channels first". */
  readonly inputs: readonly (ReturnType<typeof portText> & { readonly looksLike: string })[];
  readonly outputs: readonly ReturnType<typeof portText>[];
  /** What the scores are and where they stand; null where no output holds scores. */
  readonly head: { readonly output: string; readonly kind: string; readonly logits: string } | null;
  /** Rows that the model insists on, where it does. */
  readonly fixedBatch: number | null;
  /** Normalisation found in the first nodes. */
  readonly scale: string;
  /** Operators on the way to the scores, most frequent first. */
  readonly operators: readonly OperatorFacts[];
  /** Operators without a gradient; empty when gradient attacks apply. */
  readonly missing: readonly string[];
  /** Operators whose gradient is replaced. */
  readonly masked: readonly string[];
  /** Why no gradient can be taken although every operator has a rule; null where it can, or was not tried because a dimension is open. */
  readonly refused: string | null;
}

export interface OperatorFacts {
  readonly op: string;
  readonly count: number;
  readonly gradient: 'gradient' | 'straight-through' | 'none' | 'missing';
  /** Why it is missing. */
  readonly reason: string | null;
}

/** @throws GibbonError E_FILE_NOT_FOUND, E_MODEL_UNREADABLE: whatever can be read is described, even where it cannot be audited */
export async function inspect(asked: string, runtime: Runtime): Promise<Inspection> {
  const { model: path } = await openModelFolder(asked);
  const { bytes, sha256, beside } = await readModelBytes(path);
  const graph = readModel(bytes, beside);
  const head = scoresOf(graph);
  const used = head ? pruned(scoresOnly(graph, head)) : graph;
  const operators = operatorFacts(used);
  const missing = unsupportedOperators(used);
  const first = graph.inputs[0]?.shape?.[0];
  return {
    path,
    sha256,
    bytes: bytes.byteLength,
    parameters: [...graph.constants.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    ...aboutModel(graph),
    opsets: Object.fromEntries([...graph.opsets].map(([domain, version]) => [domain === '' ? 'ai.onnx' : domain, version])),
    inputs: graph.inputs.map((port) => ({ ...portText(port), looksLike: looksLike(port) })),
    outputs: graph.outputs.map(portText),
    head,
    fixedBatch: typeof first === 'number' ? first : null,
    scale: expectedScale(graph),
    operators,
    missing,
    masked: operators.filter(({ gradient }) => gradient === 'straight-through').map(({ op }) => `${op} (straight-through)`),
    refused: missing.length > 0 || !head ? null : await refusal(used, runtime),
  };
}

function scoresOf(graph: Graph): Inspection['head'] {
  try {
    return headOf(graph);
  } catch (thrown) {
    if (thrown instanceof GibbonError) return null;
    throw thrown;
  }
}

function operatorFacts({ nodes }: Graph): OperatorFacts[] {
  const byName = new Map<string, Node[]>();
  // Constants compute nothing.
  for (const node of nodes.filter(({ op }) => op !== 'Constant'))
    byName.set(qualifiedName(node), [...(byName.get(qualifiedName(node)) ?? []), node]);
  return [...byName]
    .map(([op, own]): OperatorFacts => ({ op, count: own.length, ...gradientOf(own[0] as Node) }))
    .sort((a, b) => b.count - a.count || a.op.localeCompare(b.op));
}

function gradientOf(node: Node): Pick<OperatorFacts, 'gradient' | 'reason'> {
  if (unsupportedOperators(alone(node)).length > 0) return { gradient: 'missing', reason: reasonOf(node) };
  if (isStraightThrough(node)) return { gradient: 'straight-through', reason: null };
  const passes = !isCore(node.op) || OPS[node.op].differentiable === 'exact';
  return { gradient: passes ? 'gradient' : 'none', reason: null };
}

/** A graph of this node only. */
function alone(node: Node): Graph {
  const port = (name: string): Port => ({ name, type: 'float32', shape: null });
  return {
    name: '',
    opsets: new Map(),
    inputs: [],
    outputs: node.outputs.filter((name) => name !== '').map(port),
    nodes: [node],
    constants: new Map(),
  };
}

/** Lowers the model where its input says its own size. */
async function refusal(graph: Graph, runtime: Runtime): Promise<string | null> {
  const shapes: Record<string, number[]> = {};
  for (const { name, shape } of graph.inputs) {
    const rest = shape?.slice(1);
    if (!rest?.every((dim) => typeof dim === 'number' && dim > 0)) return null;
    shapes[name] = [typeof shape?.[0] === 'number' ? shape[0] : 1, ...(rest as number[])];
  }
  try {
    await specialise(graph, shapes, evaluator(runtime));
    return null;
  } catch (thrown) {
    if (thrown instanceof GibbonError && thrown.code !== 'E_INTERNAL') return thrown.message;
    throw thrown;
  }
}
