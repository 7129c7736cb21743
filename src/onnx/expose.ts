/** Adds an output to the bytes of a model, for values that a file only gives as a map. Nothing else of the file changes. */
import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from './generated/onnx_pb.js';
import { ELEMENT_TYPES } from './tensor.ts';

/** Two messages in a row are one message with both their contents: the file as it is, and after it a graph that has nothing but the output. */
export function withOutput(model: Uint8Array, name: string): Uint8Array {
  const type = { value: { case: 'tensorType' as const, value: { elemType: ELEMENT_TYPES.float32 } } };
  const addition = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: { output: [{ name, type }] } }));
  const bytes = new Uint8Array(model.length + addition.length);
  bytes.set(model);
  bytes.set(addition, model.length);
  return bytes;
}
