/** Writes a graph as ONNX bytes; large constants can stay outside, shared by every graph of a model. */
import { create, type DescMessage, fromBinary, type MessageShape, mergeFromBinary, toBinary } from '@bufbuild/protobuf';
import { type Place, placeOf } from './external.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './generated/onnx_pb.js';
import type { Attribute, Graph, Kept } from './graph.ts';
import { portProto } from './ports.ts';
import { byteLengthOf, ELEMENT_TYPES, int64, type Tensor } from './tensor.ts';

/** The least IR version written: 9 is understood by every ONNX Runtime since 1.16. */
const IR_VERSION = 9n;

export interface Written {
  readonly bytes: Uint8Array;
  /** Constants left outside the bytes, by the name that the bytes refer to them by. */
  readonly blobs: readonly { readonly path: string; readonly data: Uint8Array }[];
  /** The constants that the bytes refer to in their own files: where these lie, and how many bytes are theirs; undefined where there are none. */
  readonly mapped: { readonly folder: string; readonly bytes: number } | undefined;
}

/**
 * Serialises a graph, with all that its file said beside it.
 * @param outside constants of at least this many bytes are written as external data (default: none are): in the files that they come from, or as blobs
 */
export function writeModel(graph: Graph, outside = Number.POSITIVE_INFINITY): Written {
  const blobs: { path: string; data: Uint8Array }[] = [];
  let mapped: Written['mapped'];
  const write: WriteTensor = (name, tensor) => {
    if (byteLengthOf(tensor) < outside || tensor.type === 'string') return tensorProto(name, tensor);
    const place = placeOf(tensor);
    if (place && (mapped?.folder ?? place.folder) === place.folder) {
      mapped = { folder: place.folder, bytes: (mapped?.bytes ?? 0) + byteLengthOf(tensor) };
      return withKept(TensorProtoSchema, outsideProto(name, tensor, place), tensor.kept);
    }
    const location = `blob-${blobs.length}`;
    blobs.push({ path: location, data: tensor.data });
    return withKept(TensorProtoSchema, outsideProto(name, tensor, { location, offset: 0 }), tensor.kept);
  };
  const model = create(ModelProtoSchema, {
    producerName: 'gibbon',
    opsetImport: [...graph.opsets].map(([domain, version]) => ({ domain, version: int64(version) })),
    graph: graphProto(graph, write),
  });
  const whole = withKept(ModelProtoSchema, model, graph.keptOfModel);
  if (whole.irVersion < IR_VERSION) whole.irVersion = IR_VERSION;
  return { bytes: toBinary(ModelProtoSchema, whole), blobs, mapped };
}

/** Adds what the file said beyond what Gibbon understands. */
function withKept<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>, kept: Kept | undefined): MessageShape<Desc> {
  return kept ? mergeFromBinary(schema, message, kept) : message;
}

function outsideProto(name: string, tensor: Tensor, { location, offset }: Omit<Place, 'folder'>): TensorProto {
  return create(TensorProtoSchema, {
    ...header(name, tensor),
    dataLocation: 1,
    externalData: [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(byteLengthOf(tensor)) },
    ],
  });
}

type WriteTensor = (name: string, tensor: Tensor) => TensorProto;

function graphProto(graph: Graph, write: WriteTensor): GraphProto {
  const made = create(GraphProtoSchema, {
    name: graph.name || 'gibbon',
    node: graph.nodes.map((node) =>
      withKept(
        NodeProtoSchema,
        create(NodeProtoSchema, {
          opType: node.op,
          ...(node.domain !== '' && { domain: node.domain }),
          ...(node.name !== '' && { name: node.name }),
          input: [...node.inputs],
          output: [...node.outputs],
          attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
        }),
        node.kept,
      ),
    ),
    initializer: [...graph.constants].map(([name, tensor]) => write(name, tensor)),
    input: graph.inputs.map(portProto),
    output: graph.outputs.map(portProto),
  });
  return withKept(GraphProtoSchema, made, graph.kept);
}

function header(name: string, tensor: Tensor): { name?: string; dims: bigint[]; dataType: number } {
  return { ...(name !== '' && { name }), dims: tensor.shape.map(int64), dataType: ELEMENT_TYPES[tensor.type] };
}

const encode = (s: string): Uint8Array => new TextEncoder().encode(s);

function tensorProto(name: string, tensor: Tensor): TensorProto {
  const { strings, encoded } = tensor;
  const values = strings ? { stringData: encoded ? [...encoded] : strings.map(encode) } : { rawData: tensor.data };
  return withKept(TensorProtoSchema, create(TensorProtoSchema, { ...header(name, tensor), ...values }), tensor.kept);
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  if (attribute.kind === 'other') return Object.assign(fromBinary(AttributeProtoSchema, attribute.value), { name });
  return withKept(AttributeProtoSchema, create(AttributeProtoSchema, { name, ...valueProto(attribute) }), attribute.kept);
}

function valueProto(attribute: Exclude<Attribute, { kind: 'other' }>) {
  switch (attribute.kind) {
    case 'float':
      return { type: 1, f: attribute.value };
    case 'int':
      return { type: 2, i: int64(attribute.value) };
    case 'string':
      return { type: 3, s: encode(attribute.value) };
    case 'tensor':
      return { type: 4, t: tensorProto('', attribute.value) };
    case 'graph':
      return { type: 5, g: graphProto(attribute.value, tensorProto) };
    case 'floats':
      return { type: 6, floats: [...attribute.value] };
    case 'ints':
      return { type: 7, ints: attribute.value.map(int64) };
    case 'strings':
      return { type: 8, strings: attribute.value.map(encode) };
    case 'tensors':
      return { type: 9, tensors: attribute.value.map((tensor) => tensorProto('', tensor)) };
    case 'graphs':
      return { type: 10, graphs: attribute.value.map((graph) => graphProto(graph, tensorProto)) };
  }
}
