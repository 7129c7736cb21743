/** Finds the logits of a classifier: the values behind a final Softmax or Sigmoid, whose saturated outputs would mask gradients. */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import { type Graph, int, type Node, type Value } from '../onnx/graph.ts';
import { isFloat } from '../onnx/tensor.ts';
import { rawScoresOf, withRawScores } from './linear-head.ts';

/** What the model's own output is. */
export type OutputKind = 'logits' | 'probabilities' | 'log-probabilities' | 'sigmoid';

export interface Head {
  /** Name of the graph output that is the classifier's. */
  readonly output: string;
  readonly kind: OutputKind;
  /** The value that stands for the logits inside the graph; the output itself unless an activation was found. */
  readonly logits: string;
  /** The output is no output of the file, which gives its scores only as a map (ZipMap): it has to be made one. */
  readonly isHidden?: true;
}

const PASSES = new Set(['Identity', 'Dropout', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Cast']);
const ACTIVATIONS: Readonly<Record<string, OutputKind>> = { Softmax: 'probabilities', LogSoftmax: 'log-probabilities', Sigmoid: 'sigmoid' };

/** Their outputs are sequences or maps, whose ports look like floats of unknown shape. */
const NO_TENSOR = /^(ZipMap|Sequence.*|SplitToSequence|Optional)$/;

/** The first output of floats, seen through final reshapes to a Softmax, LogSoftmax or Sigmoid. @throws E_MODEL_UNSUPPORTED without one */
export function headOf(model: Graph): Head {
  if (model.outputs.length === 0) throw new GibbonError('E_MODEL_UNREADABLE', 'the model has no outputs');
  const makers = new Map<string, Node>();
  for (const node of model.nodes) for (const name of node.outputs) makers.set(name, node);
  const scores = model.outputs.filter(({ name, type }) => isFloat(type) && !NO_TENSOR.test(makers.get(name)?.op ?? ''));
  const output = scores.find((port) => port.shape !== null) ?? scores[0];
  const zipped = output ? undefined : mapped(model, makers);
  if (zipped !== undefined) return { output: zipped, ...behind(zipped, makers), isHidden: true };
  if (!output) {
    const found = model.outputs.map(({ name, type }) => `${name} (${makers.get(name)?.op === 'ZipMap' ? 'a map' : type})`).join(', ');
    throw new GibbonError('E_MODEL_UNSUPPORTED', `no output of the model holds scores as a float tensor: ${found}`, {
      hint: 'Export it with its logits or probabilities as an output; for skl2onnx and onnxmltools with zipmap=False (options={id(model): {"zipmap": False}}).',
    });
  }
  return { output: output.name, ...behind(output.name, makers) };
}

/** Normalizer divides what is positive by its sum, and so keeps the order. */
const passes = ({ op, domain }: Node): boolean => (domain === '' ? PASSES.has(op) : domain === 'ai.onnx.ml' && op === 'Normalizer');

/** What the output is, and the logits behind it. */
function behind(output: string, makers: ReadonlyMap<string, Node>): Pick<Head, 'kind' | 'logits'> {
  let name = output;
  let node = makers.get(name);
  while (node && passes(node)) {
    name = node.inputs[0] ?? '';
    node = makers.get(name);
  }
  const raw = node && rawScoresOf(node, name);
  if (raw) return raw;
  const kind = node?.domain === '' ? ACTIVATIONS[node.op] : undefined;
  // LogSoftmax needs no undoing: it is its own logits.
  if (!node || !kind || kind === 'log-probabilities') return { kind: kind ?? 'logits', logits: output };
  return { kind, logits: node.inputs[0] as string };
}

/** The scores behind an output that is a map from class to score, as scikit-learn's converters make it by default. */
function mapped({ outputs }: Graph, makers: ReadonlyMap<string, Node>): string | undefined {
  return outputs.map(({ name }) => makers.get(name)).find((node) => node?.op === 'ZipMap')?.inputs[0];
}

/** The model with its logits as the only output: what stands beside them (labels, further heads) costs no gradients. */
export function scoresOnly(model: Graph, { logits }: Pick<Head, 'logits'>): Graph {
  return { ...withRawScores(model, logits), outputs: [{ name: logits, type: 'float32', shape: null }] };
}

/** Logits as [B, C]: trailing dimensions of 1 dropped, and a single output z (binary) as the pair (0, z). */
export function asClasses(g: GraphBuilder, logits: Value): Value {
  const batch = logits.shape[0] as number;
  const classes = logits.shape.slice(1).reduce((product, dim) => product * dim, 1);
  const flat = g.reshape(logits, [batch, classes]);
  if (classes > 1) return flat;
  return g.node('Concat', [g.mul(flat, g.scalar(0, flat)), flat], { axis: int(1) });
}
