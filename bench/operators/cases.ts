/** The ONNX operator test models: <kind>/<name>/model.onnx with test_data_set_<i>/{input,output}_<j>.pb beside it. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema, TensorProtoSchema } from '../../src/onnx/generated/onnx_pb.js';
import { readModel } from '../../src/onnx/read.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';
import type { Files } from './files.ts';

export interface SuiteCase {
  /** <kind>/<name>; kinds are node, simple, pytorch-converted and pytorch-operator. */
  readonly name: string;
  /** What the case tests, e.g. "Conv"; a case whose operator stands written out as its function body has the operator's name, too. */
  readonly operator: string;
  readonly expanded: boolean;
  readonly model: Uint8Array;
  readonly files: Files;
}

const EXPANDED = /_expanded(_ver\d+)?$/;
const MODEL = '/model.onnx';

/** All cases, sorted by name. */
export function casesIn(files: Files): SuiteCase[] {
  const names = [...files.keys()].filter((path) => path.endsWith(MODEL)).map((path) => path.slice(0, -MODEL.length));
  const modelOf = (name: string): Uint8Array => files.get(name + MODEL) as Uint8Array;
  return names.sort().map((name) => {
    const base = name.replace(EXPANDED, '');
    const operator = operatorOf(fromBinary(ModelProtoSchema, modelOf(files.has(base + MODEL) ? base : name)));
    return { name, operator, expanded: base !== name, model: modelOf(name), files };
  });
}

function operatorOf({ graph }: ModelProto): string {
  const nodes = (graph?.node ?? []).filter(({ opType }) => opType !== 'Constant');
  const names = new Set(nodes.map(({ domain, opType }) => (domain === '' ? opType : `${domain}.${opType}`)));
  return names.size === 1 ? ([...names][0] as string) : '(several)';
}

const STRING = 8;

/** Says what inputs and outputs are that are no tensors of numbers, if there are any. */
export function otherThanNumbers(bytes: Uint8Array): string | undefined {
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  const types = [...(graph?.input ?? []), ...(graph?.output ?? [])].map(({ type }) => type?.value);
  if (types.some((type) => type?.case !== 'tensorType')) return 'inputs or outputs that are sequences, maps or optional';
  return types.some((type) => type?.case === 'tensorType' && type.value.elemType === STRING)
    ? 'inputs or outputs that are strings'
    : undefined;
}

/** The newest IR version that ONNX Runtime 1.30 reads; the suite is written in the newest there is, whatever the operators need. */
const READ_IR = 13n;

/** The same model in an IR version that ONNX Runtime reads. */
export function readable(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  return model.irVersion <= READ_IR ? bytes : toBinary(ModelProtoSchema, { ...model, irVersion: READ_IR });
}

export interface DataSet {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** The inputs and outputs of the first data set of a case, in the graph's order. @throws GibbonError where a value is no tensor */
export function dataSetOf({ name, files }: SuiteCase): DataSet {
  const tensors = (what: string): Tensor[] => {
    const found: Tensor[] = [];
    for (;;) {
      const bytes = files.get(`${name}/test_data_set_0/${what}_${found.length}.pb`);
      if (!bytes) return found;
      found.push(tensorOf(bytes));
    }
  };
  return { inputs: tensors('input'), outputs: tensors('output') };
}

/** A serialised TensorProto, read as the only constant of a model. */
function tensorOf(bytes: Uint8Array): Tensor {
  const tensor = { ...fromBinary(TensorProtoSchema, bytes), name: 'value' };
  const model = create(ModelProtoSchema, { graph: { initializer: [tensor], output: [{ name: 'value' }] } });
  return readModel(toBinary(ModelProtoSchema, model)).constants.get('value') as Tensor;
}
