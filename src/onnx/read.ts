/** Reads the bytes of an ONNX file into a typed graph (ONNX IR specification, onnx.proto). */
import { fromBinary } from '@bufbuild/protobuf';
import { GibbonError } from '../base/errors.ts';
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './generated/onnx_pb.js';
import type { Attribute, Graph, Node, Port } from './graph.ts';
import { bytesPer, type ElementType, elementTypeOf, sizeOf, type Tensor } from './tensor.ts';

/** Returns the bytes of a file that the model keeps its weights in (`location` is relative to the model). */
export type ExternalData = (location: string) => Uint8Array;

/** AttributeProto.type, by number (onnx.proto). */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const TENSOR = 4;
const GRAPH = 5;
const FLOATS = 6;
const INTS = 7;
const STRINGS = 8;

const text = new TextDecoder();

const DAMAGED = 'The file is damaged or was cut short: fetch or export it again.';

/**
 * Parses a model. Weights stay where they are in `bytes` (views, no copies).
 * @throws GibbonError E_MODEL_UNREADABLE when the bytes are no ONNX model, E_MODEL_UNSUPPORTED for what Gibbon cannot represent.
 */
export function readModel(bytes: Uint8Array, external?: ExternalData): Graph {
  const model = parse(bytes);
  if (!model.graph || model.graph.output.length === 0) {
    throw new GibbonError('E_MODEL_UNREADABLE', 'the file parses as ONNX but holds no graph with outputs', {
      hint: 'Is it an ONNX model, and is it complete? `gibbon inspect` shows what a good one looks like.',
    });
  }
  if (model.functions.length > 0) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `the model defines ${model.functions.length} functions of its own`, {
      hint: 'Export it with functions inlined (torch.onnx.export(..., optimize=True) or onnx.inliner.inline_local_functions).',
    });
  }
  const opsets = new Map(model.opsetImport.map((set) => [set.domain === 'ai.onnx' ? '' : set.domain, Number(set.version)]));
  return readGraph(model.graph, opsets, external);
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new GibbonError('E_MODEL_UNREADABLE', 'the file is not an ONNX model (its protobuf does not parse)', {
      hint: 'Check that the download is complete and that it is not a Git LFS pointer, a .pt or a .h5 file.',
      cause,
    });
  }
}

function readGraph(graph: GraphProto, opsets: ReadonlyMap<string, number>, external?: ExternalData): Graph {
  if (graph.sparseInitializer.length > 0) {
    throw new GibbonError('E_MODEL_UNSUPPORTED', `the model keeps ${graph.sparseInitializer.length} weights as sparse tensors`, {
      hint: 'Export it with dense weights.',
    });
  }
  const constants = new Map<string, Tensor>();
  for (const tensor of graph.initializer) constants.set(tensor.name, readTensor(tensor, external));
  return {
    name: graph.name,
    opsets,
    // Up to IR version 3 every initializer is also listed as an input.
    inputs: graph.input.filter((port) => !constants.has(port.name)).map(readPort),
    outputs: graph.output.map(readPort),
    nodes: ordered(graph.node.map((node) => readNode(node, opsets, external))),
    constants,
  };
}

/** The nodes so that producers stand before consumers, as the format demands and not every exporter does; on a cycle, what is left as it was. */
function ordered(nodes: readonly Node[]): readonly Node[] {
  const producer = new Map(nodes.flatMap((node, i) => node.outputs.filter((name) => name !== '').map((name) => [name, i] as const)));
  const waits = nodes.map(
    (node, i) =>
      new Set(node.inputs.flatMap((name) => (producer.has(name) && producer.get(name) !== i ? [producer.get(name) as number] : []))),
  );
  if (waits.every((set, i) => [...set].every((at) => at < i))) return nodes;
  const readers = nodes.map((): number[] => []);
  for (const [i, set] of waits.entries()) for (const at of set) readers[at]?.push(i);
  const ready = waits.flatMap((set, i) => (set.size === 0 ? [i] : []));
  for (const at of ready) {
    for (const reader of readers[at] ?? []) {
      const left = waits[reader] as Set<number>;
      left.delete(at);
      if (left.size === 0) ready.push(reader);
    }
  }
  const done = new Set(ready);
  return [...ready, ...[...nodes.keys()].filter((i) => !done.has(i))].map((i) => nodes[i] as Node);
}

function readPort(port: ValueInfoProto): Port {
  const type = port.type?.value;
  if (type?.case !== 'tensorType') {
    // Sequences and maps (ai.onnx.ml classifiers) are named, and refused only by whoever needs their elements.
    return { name: port.name, type: 'float32', shape: null };
  }
  const shape = type.value.shape?.dim.map(({ value }) => {
    if (value.case === 'dimValue') return Number(value.value);
    return value.case === 'dimParam' ? value.value : null;
  });
  return { name: port.name, type: type.value.elemType === 0 ? 'float32' : elementTypeOf(type.value.elemType), shape: shape ?? null };
}

function readNode(node: NodeProto, opsets: ReadonlyMap<string, number>, external?: ExternalData): Node {
  const attributes: Record<string, Attribute> = {};
  for (const attribute of node.attribute) attributes[attribute.name] = readAttribute(node, attribute, opsets, external);
  const domain = node.domain === 'ai.onnx' ? '' : node.domain;
  return { op: node.opType, domain, name: node.name, inputs: node.input, outputs: node.output, attributes };
}

function readAttribute(node: NodeProto, a: AttributeProto, opsets: ReadonlyMap<string, number>, external?: ExternalData): Attribute {
  switch (a.type as number) {
    case FLOAT:
      return { kind: 'float', value: a.f };
    case INT:
      return { kind: 'int', value: Number(a.i) };
    case STRING:
      return { kind: 'string', value: text.decode(a.s) };
    case FLOATS:
      return { kind: 'floats', value: a.floats };
    case INTS:
      return { kind: 'ints', value: a.ints.map(Number) };
    case STRINGS:
      return { kind: 'strings', value: a.strings.map((s) => text.decode(s)) };
    case TENSOR:
      if (a.t) return { kind: 'tensor', value: readTensor(a.t, external) };
      break;
    case GRAPH:
      if (a.g) return { kind: 'graph', value: readGraph(a.g, opsets, external) };
      break;
  }
  throw new GibbonError(
    'E_MODEL_UNSUPPORTED',
    `attribute ${a.name} of node ${node.name || node.opType} has a type that Gibbon does not read`,
    {
      hint: 'Sparse tensors, types and sequences as attributes are not supported; export the model without them. A damaged file can look like this, too.',
    },
  );
}

function readTensor(proto: TensorProto, external?: ExternalData): Tensor {
  const type = elementTypeOf(proto.dataType);
  const shape = proto.dims.map(Number);
  if (type === 'string') {
    if (sizeOf(shape) !== proto.stringData.length) {
      throw new GibbonError(
        'E_MODEL_UNREADABLE',
        `tensor ${proto.name} declares ${sizeOf(shape)} strings and holds ${proto.stringData.length}`,
        { hint: DAMAGED },
      );
    }
    return { type, shape, data: new Uint8Array(), strings: proto.stringData.map((s) => text.decode(s)) };
  }
  const data = tensorBytes(proto, type, external);
  const expected = sizeOf(shape) * bytesPer(type);
  if (shape.some((dim) => dim < 0) || data.byteLength !== expected) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} declares ${expected} bytes and holds ${data.byteLength}`, {
      hint: DAMAGED,
    });
  }
  return { type, shape, data };
}

function tensorBytes(proto: TensorProto, type: ElementType, external?: ExternalData): Uint8Array {
  if ((proto.dataLocation as number) === 1) return externalBytes(proto, external);
  if (proto.rawData.byteLength > 0) return proto.rawData;
  const from = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  switch (type) {
    case 'float32':
      return from(Float32Array.from(proto.floatData));
    case 'float64':
      return from(Float64Array.from(proto.doubleData));
    case 'int64':
      return from(BigInt64Array.from(proto.int64Data));
    case 'uint32':
      return from(Uint32Array.from(proto.uint64Data, Number));
    case 'uint64':
      return from(BigUint64Array.from(proto.uint64Data));
    case 'int32':
      return from(Int32Array.from(proto.int32Data));
    case 'int16':
      return from(Int16Array.from(proto.int32Data));
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return from(Uint16Array.from(proto.int32Data));
    default:
      return from(Uint8Array.from(proto.int32Data));
  }
}

function externalBytes(proto: TensorProto, external?: ExternalData): Uint8Array {
  const entry = (key: string): string | undefined => proto.externalData.find((item) => item.key === key)?.value;
  const location = entry('location');
  if (!external || !location || !staysInside(location)) {
    throw new GibbonError(
      'E_MODEL_UNSUPPORTED',
      `tensor ${proto.name} keeps its data in ${location || 'an unnamed file'}, which cannot be opened`,
      {
        hint: 'Put the external data file beside the model; paths outside its folder are refused.',
      },
    );
  }
  const file = opened(proto, location, external);
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? file.byteLength - offset);
  if (![offset, length].every((n) => Number.isSafeInteger(n) && n >= 0) || offset + length > file.byteLength) {
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} lies outside its file ${location} (${file.byteLength} bytes)`, {
      hint: DAMAGED,
    });
  }
  return file.subarray(offset, offset + length);
}

/** A model from elsewhere must not name files outside its own folder, on any system. */
function staysInside(location: string): boolean {
  return !/^[\\/]|^[A-Za-z]:|\0/.test(location) && !location.split(/[\\/]/).includes('..');
}

function opened(proto: TensorProto, location: string, external: ExternalData): Uint8Array {
  try {
    return external(location);
  } catch (cause) {
    if (cause instanceof GibbonError) throw cause;
    throw new GibbonError('E_MODEL_UNREADABLE', `tensor ${proto.name} keeps its data in ${location}, which cannot be read`, {
      hint: `Put ${location} beside the model: the model is not complete without it.`,
      cause,
    });
  }
}
