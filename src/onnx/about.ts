/** Who made a model file, and by which version of the format. */
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from './generated/onnx_pb.js';
import type { Graph } from './graph.ts';

export interface About {
  /** Version of the file format; 0 where the file does not say. */
  readonly irVersion: number;
  /** The exporter, e.g. "pytorch 2.5.1"; '' where the file does not say. */
  readonly producer: string;
}

export function aboutModel({ keptOfModel }: Graph): About {
  if (!keptOfModel) return { irVersion: 0, producer: '' };
  const { irVersion, producerName, producerVersion } = fromBinary(ModelProtoSchema, keptOfModel);
  return { irVersion: Number(irVersion), producer: `${producerName} ${producerVersion}`.trim() };
}
