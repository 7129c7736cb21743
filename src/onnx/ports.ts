/** Inputs and outputs as the file declares them (ValueInfoProto), read and written. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type TypeProto, type ValueInfoProto, ValueInfoProtoSchema } from './generated/onnx_pb.js';
import type { Port } from './graph.ts';
import { keeping } from './kept.ts';
import { ELEMENT_TYPES, elementTypeOf, int64 } from './tensor.ts';

const DECLARED = {
  sequenceType: 'sequence',
  mapType: 'map',
  optionalType: 'optional',
  sparseTensorType: 'sparse tensor',
  opaqueType: 'opaque',
} as const;

export function readPort(proto: ValueInfoProto): Port {
  const kept = keeping('kept', saysMore(proto) ? toBinary(ValueInfoProtoSchema, proto) : undefined);
  const type = proto.type?.value;
  if (type?.case !== 'tensorType') {
    // Sequences and maps (ai.onnx.ml classifiers) are named, and refused only by whoever needs their elements.
    const declared = type?.case === undefined ? 'nothing' : DECLARED[type.case];
    return { name: proto.name, type: 'float32', shape: null, declared, ...kept };
  }
  const { elemType, shape } = type.value;
  if (elemType === 0) return { name: proto.name, type: 'float32', shape: null, declared: 'nothing', ...kept };
  const dims = shape?.dim.map(({ value }) => {
    // A negative size is how some exporters write an open one.
    if (value.case === 'dimValue') return value.value < 0n ? null : Number(value.value);
    return value.case === 'dimParam' ? value.value : null;
  });
  return { name: proto.name, type: elementTypeOf(elemType), shape: dims ?? null, ...kept };
}

/** Is there anything in the declaration that a port has no place for? */
function saysMore({ docString, metadataProps, type, $unknown }: ValueInfoProto): boolean {
  if (docString !== '' || metadataProps.length > 0 || $unknown !== undefined) return true;
  return type !== undefined && (type.denotation !== '' || saysMoreThanSizes(type));
}

function saysMoreThanSizes({ value, $unknown }: TypeProto): boolean {
  if ($unknown !== undefined || value.case !== 'tensorType' || value.value.elemType === 0) return true;
  return value.value.$unknown !== undefined || (value.value.shape?.dim.some((dim) => dim.denotation !== '' || dim.$unknown) ?? false);
}

export function portProto(port: Port): ValueInfoProto {
  const original = port.kept && fromBinary(ValueInfoProtoSchema, port.kept);
  if (original && isSame(readPort(original), port)) return Object.assign(original, { name: port.name });
  const fresh = create(ValueInfoProtoSchema, { name: port.name });
  const type = typeProto(port);
  return Object.assign(fresh, original && { ...original, name: port.name }, type && { type });
}

function isSame(a: Port, b: Port): boolean {
  return a.declared === b.declared && a.type === b.type && JSON.stringify(a.shape) === JSON.stringify(b.shape);
}

function typeProto(port: Port): TypeProto | undefined {
  if (port.declared !== undefined) return undefined;
  const dims = port.shape?.map((dim) => {
    if (typeof dim === 'number') return { value: { case: 'dimValue' as const, value: int64(dim) } };
    return dim === null ? {} : { value: { case: 'dimParam' as const, value: dim } };
  });
  const tensor = { elemType: ELEMENT_TYPES[port.type], ...(dims ? { shape: { dim: dims } } : {}) };
  return create(ValueInfoProtoSchema, { type: { value: { case: 'tensorType', value: tensor } } }).type;
}
