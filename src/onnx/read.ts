/** Reads the bytes of an ONNX file into a typed graph (ONNX IR specification, onnx.proto). */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { GibbonError } from '../base/errors.ts';
import { DAMAGED, type ExternalData } from './external.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
} from './generated/onnx_pb.js';
import type { Attribute, Graph, Node } from './graph.ts';
import { domainOf, inlineFunctions } from './inline-functions.ts';
import { beyond, keeping } from './kept.ts';
import { readPort } from './ports.ts';
import { readSparse } from './read-sparse.ts';
import { isText, readTensor } from './read-tensor.ts';
import type { Tensor } from './tensor.ts';
import { assertWellFormed, ordered } from './well-formed.ts';

/** AttributeProto.type, by number (onnx.proto). */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const TENSOR = 4;
const GRAPH = 5;
const FLOATS = 6;
const INTS = 7;
const STRINGS = 8;
const TENSORS = 9;
const GRAPHS = 10;
/** Sparse tensors and types, one or several. */
const OTHERS = [11, 12, 13, 14];

const text = new TextDecoder();
const fields = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** What of each message the typed graph holds. */
const OF_MODEL = fields('graph opsetImport functions');
const OF_GRAPH = fields('name node initializer sparseInitializer input output');
const OF_NODE = fields('input output name opType domain attribute');
const OF_ATTRIBUTE = fields('name type f i s t g floats ints strings tensors graphs');

/**
 * Parses a model. Weights stay where they are in `bytes` (views, no copies), or in their own files until they are asked for. Functions of the model's own
 * are inlined.
 * @throws GibbonError E_MODEL_UNREADABLE when the bytes are no ONNX model, E_MODEL_UNSUPPORTED for what Gibbon cannot represent.
 */
export function readModel(bytes: Uint8Array, external?: ExternalData): Graph {
  const model = parse(bytes);
  if (!model.graph || model.graph.output.length === 0) {
    throw new GibbonError('E_MODEL_UNREADABLE', 'the file parses as ONNX but holds no graph with outputs', {
      hint: 'Is it an ONNX model, and is it complete? `gibbon inspect` shows what a good one looks like.',
    });
  }
  const { graph, opsets, left } = inlineFunctions(Object.assign(model, { graph: model.graph }));
  const rest = left.length === 0 ? OF_MODEL : fields('graph opsetImport');
  const read = readGraph(graph, opsets, external);
  assertWellFormed(read);
  return { ...read, ...keeping('keptOfModel', beyond(ModelProtoSchema, model, rest)) };
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new GibbonError('E_MODEL_UNREADABLE', 'the file is not an ONNX model (its protobuf does not parse)', {
      hint: 'Check that the download is complete and that it is not a Git LFS pointer, a .pt or a .h5 file.',
      cause,
    });
  }
}

function readGraph(graph: GraphProto, opsets: ReadonlyMap<string, number>, external?: ExternalData): Graph {
  const constants = readConstants(graph, external);
  return {
    name: graph.name,
    opsets,
    // Up to IR version 3 every initializer is also listed as an input; later such an input is a default, which nothing overrides here.
    inputs: graph.input.filter((port) => !constants.has(port.name)).map(readPort),
    outputs: graph.output.map(readPort),
    nodes: ordered(graph.node.map((node) => readNode(node, opsets, external))),
    constants,
    ...keeping('kept', beyond(GraphProtoSchema, graph, OF_GRAPH)),
  };
}

function readConstants({ initializer, sparseInitializer }: GraphProto, external?: ExternalData): Map<string, Tensor> {
  const all = [
    ...initializer.map((tensor) => [tensor.name, readTensor(tensor, external)] as const),
    ...sparseInitializer.map((sparse) => [sparse.values?.name ?? '', readSparse(sparse, external)] as const),
  ];
  const constants = new Map(all);
  const twice = constants.size < all.length && all.find(([name, tensor]) => constants.get(name) !== tensor);
  if (twice) throw new GibbonError('E_MODEL_UNREADABLE', `the model defines the constant ${twice[0]} twice`, { hint: DAMAGED });
  return constants;
}

function readNode(node: NodeProto, opsets: ReadonlyMap<string, number>, external?: ExternalData): Node {
  // Readers differ in which of two they take: a model must not mean one thing here and another where it is deployed.
  if (new Set(node.attribute.map(({ name }) => name)).size < node.attribute.length) {
    throw new GibbonError('E_MODEL_UNREADABLE', `node ${node.name || node.opType} has two attributes of one name`, { hint: DAMAGED });
  }
  // From entries, since an attribute may be called __proto__.
  const attributes = Object.fromEntries(node.attribute.map((a) => [a.name, readAttribute(node, a, opsets, external)]));
  const kept = keeping('kept', beyond(NodeProtoSchema, node, OF_NODE));
  return { op: node.opType, domain: domainOf(node.domain), name: node.name, inputs: node.input, outputs: node.output, attributes, ...kept };
}

function readAttribute(node: NodeProto, a: AttributeProto, opsets: ReadonlyMap<string, number>, external?: ExternalData): Attribute {
  if (a.refAttrName !== '') {
    throw new GibbonError(
      'E_MODEL_UNREADABLE',
      `attribute ${a.name} of node ${node.name || node.opType} names one of a function, outside any`,
      {
        hint: DAMAGED,
      },
    );
  }
  const value = valueIn(a, (graph) => readGraph(graph, opsets, external), external);
  if (value) return { ...value, ...keeping('kept', beyond(AttributeProtoSchema, a, OF_ATTRIBUTE)) };
  throw new GibbonError(
    'E_MODEL_UNREADABLE',
    `attribute ${a.name} of node ${node.name || node.opType} has no type that ONNX knows, or no value`,
    {
      hint: DAMAGED,
    },
  );
}

function valueIn(a: AttributeProto, inner: (graph: GraphProto) => Graph, external?: ExternalData): Attribute | undefined {
  const whole = (): Attribute => ({ kind: 'other', value: toBinary(AttributeProtoSchema, Object.assign(create(AttributeProtoSchema), a)) });
  switch (a.type as number) {
    case FLOAT:
      return { kind: 'float', value: a.f };
    case INT:
      return { kind: 'int', value: Number(a.i) };
    case STRING:
      return isText(a.s) ? { kind: 'string', value: text.decode(a.s) } : whole();
    case FLOATS:
      return { kind: 'floats', value: a.floats };
    case INTS:
      return { kind: 'ints', value: a.ints.map(Number) };
    case STRINGS:
      return a.strings.every(isText) ? { kind: 'strings', value: a.strings.map((s) => text.decode(s)) } : whole();
    case TENSOR:
      return a.t && { kind: 'tensor', value: readTensor(a.t, external) };
    case GRAPH:
      return a.g && { kind: 'graph', value: inner(a.g) };
    case TENSORS:
      return { kind: 'tensors', value: a.tensors.map((tensor) => readTensor(tensor, external)) };
    case GRAPHS:
      return { kind: 'graphs', value: a.graphs.map(inner) };
    default:
      return OTHERS.includes(a.type) ? whole() : undefined;
  }
}
