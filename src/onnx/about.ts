/** Who made a model file, and by which version of the format. */
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from './generated/onnx_pb.js';
import type { Graph } from './graph.ts';

export interface About {
  /** Version of the file format; 0 where the file does not say. */
  readonly irVersion: number;
  /** The exporter, e.g. "pytorch 2.5.1"; '' where the file does not say. */
  readonly producer: string;
  /** What of the format is newer than this version knows, e.g. "opset 27 (up to 26 is known)"; null where nothing is. */
  readonly newer: string | null;
}

/** The newest that ONNX Runtime 1.30 loads. */
const NEWEST_OPSET = 26;
const NEWEST_IR = 13;

export function aboutModel({ keptOfModel, opsets }: Graph): About {
  const said = keptOfModel && fromBinary(ModelProtoSchema, keptOfModel);
  const irVersion = Number(said?.irVersion ?? 0);
  const opset = opsets.get('') ?? 0;
  const newer = [
    ...(opset > NEWEST_OPSET ? [`opset ${opset} (up to ${NEWEST_OPSET} is known)`] : []),
    ...(irVersion > NEWEST_IR ? [`IR ${irVersion} (up to ${NEWEST_IR} is known)`] : []),
  ];
  return {
    irVersion,
    producer: said ? `${said.producerName} ${said.producerVersion}`.trim() : '',
    newer: newer.length === 0 ? null : newer.join(', '),
  };
}
