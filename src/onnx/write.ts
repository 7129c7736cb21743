/** Writes a graph as ONNX bytes; large constants can stay outside, shared by every graph of a model. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.js';
import type { Attribute, Graph, Port } from './graph.ts';
import { ELEMENT_TYPES, type Tensor } from './tensor.ts';

/** The IR version written: 9 is understood by every ONNX Runtime since 1.16. */
const IR_VERSION = 9n;

export interface Written {
  readonly bytes: Uint8Array;
  /** Constants left outside the bytes, by the name that the bytes refer to them by. */
  readonly blobs: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/**
 * Serialises a graph.
 * @param outside constants of at least this many bytes are written as external data (default: none are)
 */
export function writeModel(graph: Graph, outside = Number.POSITIVE_INFINITY): Written {
  const blobs: { path: string; data: Uint8Array }[] = [];
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'gibbon',
    opsetImport: [...graph.opsets].map(([domain, version]) => ({ domain, version: BigInt(version) })),
    graph: graphProto(graph, (name, tensor) => {
      if (tensor.data.byteLength < outside || tensor.type === 'string') return tensorProto(name, tensor);
      const path = `blob-${blobs.length}`;
      blobs.push({ path, data: tensor.data });
      return create(TensorProtoSchema, {
        ...header(name, tensor),
        dataLocation: 1,
        externalData: [
          { key: 'location', value: path },
          { key: 'offset', value: '0' },
          { key: 'length', value: String(tensor.data.byteLength) },
        ],
      });
    }),
  });
  return { bytes: toBinary(ModelProtoSchema, model), blobs };
}

type WriteTensor = (name: string, tensor: Tensor) => TensorProto;

function graphProto(graph: Graph, write: WriteTensor): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name || 'gibbon',
    node: graph.nodes.map((node) =>
      create(NodeProtoSchema, {
        opType: node.op,
        domain: node.domain,
        name: node.name,
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
      }),
    ),
    initializer: [...graph.constants].map(([name, tensor]) => write(name, tensor)),
    input: graph.inputs.map(portProto),
    output: graph.outputs.map(portProto),
  });
}

function portProto(port: Port): ValueInfoProto {
  const dims = port.shape?.map((dim) => {
    if (typeof dim === 'number') return { value: { case: 'dimValue' as const, value: BigInt(dim) } };
    return dim === null ? {} : { value: { case: 'dimParam' as const, value: dim } };
  });
  return create(ValueInfoProtoSchema, {
    name: port.name,
    type: { value: { case: 'tensorType', value: { elemType: ELEMENT_TYPES[port.type], ...(dims ? { shape: { dim: dims } } : {}) } } },
  });
}

function header(name: string, tensor: Tensor): { name: string; dims: bigint[]; dataType: number } {
  return { name, dims: tensor.shape.map(BigInt), dataType: ELEMENT_TYPES[tensor.type] };
}

function tensorProto(name: string, tensor: Tensor): TensorProto {
  const encode = new TextEncoder();
  const values = tensor.strings ? { stringData: tensor.strings.map((s) => encode.encode(s)) } : { rawData: tensor.data };
  return create(TensorProtoSchema, { ...header(name, tensor), ...values });
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const encode = new TextEncoder();
  switch (attribute.kind) {
    case 'float':
      return create(AttributeProtoSchema, { name, type: 1, f: attribute.value });
    case 'int':
      return create(AttributeProtoSchema, { name, type: 2, i: BigInt(attribute.value) });
    case 'string':
      return create(AttributeProtoSchema, { name, type: 3, s: encode.encode(attribute.value) });
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: 4, t: tensorProto('', attribute.value) });
    case 'graph':
      return create(AttributeProtoSchema, { name, type: 5, g: graphProto(attribute.value, tensorProto) });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: 6, floats: [...attribute.value] });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: 7, ints: attribute.value.map(BigInt) });
    case 'strings':
      return create(AttributeProtoSchema, { name, type: 8, strings: attribute.value.map((s) => encode.encode(s)) });
  }
}
