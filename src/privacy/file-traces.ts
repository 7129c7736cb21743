/** What a model file says of the people who made it and of the data it was made from: texts in its metadata, names and paths, and training examples kept as constants. */
import { fromBinary } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema } from '../onnx/generated/onnx_pb.js';
import type { Graph, Node } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';

export const TRACES = ['secret', 'e-mail address', 'personal path', 'bucket or host'] as const;
export type TraceKind = (typeof TRACES)[number];

export interface Trace {
  readonly kind: TraceKind;
  /** Where it stands, e.g. "metadata author". */
  readonly where: string;
  /** Secrets are cut. */
  readonly text: string;
}

/** Shapes that nothing else has: keys of well-known services. */
const PATTERNS: readonly (readonly [TraceKind, RegExp])[] = [
  ['secret', /\b(?:hf_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|sk-[A-Za-z0-9_-]{32,}|xox[abp]-[A-Za-z0-9-]{20,})\b/],
  ['secret', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['e-mail address', /\b[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b/],
  ['personal path', /(?:\/home\/|\/Users\/|[A-Za-z]:\\Users\\)[^\s"'<>|:]+/],
  ['bucket or host', /\b(?:s3|gs|hdfs|ssh|jdbc:[a-z]+):\/\/[^\s"'<>]+/],
];

const SHOWN = 80;

function tracesIn(where: string, text: string): Trace[] {
  return PATTERNS.flatMap(([kind, pattern]): Trace[] => {
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return [];
    return [{ kind, where, text: kind === 'secret' ? `${found.slice(0, 6)}…` : found.slice(0, SHOWN) }];
  });
}

/** One of a kind and text is enough, however often it stands there. */
export function tracesOf(graph: Graph): Trace[] {
  const known = new Map<string, Trace>();
  for (const [where, text] of textsOf(graph))
    for (const trace of tracesIn(where, text))
      if (!known.has(`${trace.kind} ${trace.text}`)) known.set(`${trace.kind} ${trace.text}`, trace);
  return [...known.values()].sort((a, b) => TRACES.indexOf(a.kind) - TRACES.indexOf(b.kind));
}

function* textsOf(graph: Graph): Generator<readonly [where: string, text: string]> {
  if (graph.keptOfModel) {
    const model = fromBinary(ModelProtoSchema, graph.keptOfModel);
    for (const { key, value } of model.metadataProps) yield [`metadata ${key}`, value];
    yield ['documentation of the model', model.docString];
    yield ['producer', `${model.producerName} ${model.producerVersion} ${model.domain}`];
  }
  yield* textsOfGraph(graph);
}

function* textsOfGraph(graph: Graph): Generator<readonly [where: string, text: string]> {
  yield ['name of the graph', graph.name];
  if (graph.kept) {
    const own = fromBinary(GraphProtoSchema, graph.kept);
    yield ['documentation of the graph', own.docString];
    for (const { key, value } of own.metadataProps) yield [`metadata ${key}`, value];
  }
  for (const name of graph.constants.keys()) yield ['name of a weight', name];
  for (const node of graph.nodes) yield* textsOfNode(node);
}

function* textsOfNode(node: Node): Generator<readonly [where: string, text: string]> {
  yield ['name of a node', node.name];
  if (node.kept) {
    const own = fromBinary(NodeProtoSchema, node.kept);
    yield [`documentation of the node ${node.name}`, own.docString];
    for (const { key, value } of own.metadataProps) yield [`metadata ${key} of the node ${node.name}`, value];
  }
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind === 'string') yield [`the node ${node.name}`, attribute.value];
    if (attribute.kind === 'strings') for (const text of attribute.value) yield [`the node ${node.name}`, text];
    if (attribute.kind === 'graph') yield* textsOfGraph(attribute.value);
    if (attribute.kind === 'graphs') for (const body of attribute.value) yield* textsOfGraph(body);
  }
}

export interface StoredRows {
  readonly node: string;
  readonly how: 'support vectors' | 'neighbours';
  readonly rows: number;
}

/** Models that keep training examples as they are: support vector machines, and nearest neighbours by distance to a constant matrix. */
export function storedRows(graph: Graph): StoredRows[] {
  return graph.nodes.flatMap((node): StoredRows[] => {
    if (node.domain === 'ai.onnx.ml' && node.op.startsWith('SVM')) {
      const counts = node.attributes.vectors_per_class;
      const vectors = node.attributes.support_vectors;
      const rows =
        counts?.kind === 'ints' ? counts.value.reduce((a, b) => a + b, 0) : vectors?.kind === 'floats' ? Number(numberOf(node)) : 0;
      return rows > 0 ? [{ node: node.name, how: 'support vectors', rows }] : [];
    }
    const rows = neighbours(graph, node);
    return rows === undefined ? [] : [{ node: node.name, how: 'neighbours', rows }];
  });
}

/** A constant matrix that inputs are compared with: of a distance, or of a scan beside which as many labels are looked up. */
function neighbours(graph: Graph, { op, inputs }: Node): number | undefined {
  if (op !== 'CDist' && op !== 'Scan') return undefined;
  const matrix = inputs.map((name) => graph.constants.get(name)).find((tensor) => tensor?.shape.length === 2 && sizeOf(tensor.shape) > 0);
  const rows = matrix?.shape[0];
  if (rows === undefined || op === 'CDist') return rows;
  const labels = graph.nodes
    .filter((node) => node.op === 'ArrayFeatureExtractor')
    .flatMap((node) => node.inputs.flatMap((name) => graph.constants.get(name) ?? []));
  return op === 'Scan' && labels.some(({ shape }) => sizeOf(shape) === rows) ? rows : undefined;
}

function numberOf({ attributes }: Node): number {
  const supports = attributes.n_supports;
  return supports?.kind === 'int' ? supports.value : 0;
}

/** Texts that encoders and vectorisers of the file know: categories and words of the training data. */
export function knownWords(graph: Graph): number {
  const ml = graph.nodes.filter(({ domain, op }) => domain === 'ai.onnx.ml' || op === 'TfIdfVectorizer');
  const words = ml.flatMap(({ attributes }) =>
    Object.entries(attributes).flatMap(([name, attribute]) =>
      attribute.kind === 'strings' && !/^class/.test(name) && name !== 'nodes_modes' ? attribute.value : [],
    ),
  );
  return new Set(words).size;
}

const LINEAR: ReadonlySet<string> = new Set(
  'Identity Cast Flatten Reshape Squeeze Unsqueeze Transpose Gemm MatMul Add Sub Mul Div Concat Dropout Softmax LogSoftmax Sigmoid ArgMax LinearClassifier Scaler Normalizer ZipMap FeatureVectorizer Shape Slice Gather Constant'.split(
    ' ',
  ),
);

/** Is it a linear function followed by softmax or sigmoid: products of the data with constants only? */
export function isLinear(graph: Graph): boolean {
  const constant = new Set(graph.constants.keys());
  const varies = (name: string): boolean => name !== '' && !constant.has(name);
  return graph.nodes.every(({ op, inputs, outputs }) => {
    if (!inputs.some(varies)) for (const name of outputs) constant.add(name);
    const isProduct = ['MatMul', 'Mul', 'Gemm'].includes(op) && inputs.slice(0, 2).filter(varies).length > 1;
    const divides = op === 'Div' && varies(inputs[1] ?? '');
    return LINEAR.has(op) && !isProduct && !divides;
  });
}
