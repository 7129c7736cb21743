/** The ONNX operator test models in a folder: <kind>/<name>/model.onnx with test_data_set_<i>/{input,output}_<j>.pb beside it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema, TensorProtoSchema } from '../../src/onnx/generated/onnx_pb.js';
import { readModel } from '../../src/onnx/read.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';

export interface SuiteCase {
  /** node, simple, pytorch-converted or pytorch-operator. */
  readonly kind: string;
  readonly name: string;
  readonly folder: string;
  /** What the case tests, e.g. "Conv"; a case whose operator stands written out as its function body has the operator's name, too. */
  readonly operator: string;
  readonly expanded: boolean;
}

/** All cases below `root`, sorted by kind and name. */
export function casesIn(root: string): SuiteCase[] {
  const kinds = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return kinds
    .flatMap(({ name: kind }) => casesOfKind(join(root, kind), kind))
    .sort((a, b) => order(`${a.kind}/${a.name}`, `${b.kind}/${b.name}`));
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const EXPANDED = /_expanded(_ver\d+)?$/;

function casesOfKind(folder: string, kind: string): SuiteCase[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'model.onnx')))
    .map((name) => {
      const expanded = EXPANDED.test(name);
      const base = join(folder, name.replace(EXPANDED, ''));
      const model = protoOf(expanded && existsSync(base) ? base : join(folder, name));
      return { kind, name, folder: join(folder, name), operator: operatorOf(model), expanded };
    });
}

function protoOf(folder: string): ModelProto {
  return fromBinary(ModelProtoSchema, readFileSync(join(folder, 'model.onnx')));
}

function operatorOf({ graph }: ModelProto): string {
  const names = new Set(
    (graph?.node ?? [])
      .filter(({ opType }) => opType !== 'Constant')
      .map(({ domain, opType }) => (domain === '' ? opType : `${domain}.${opType}`)),
  );
  return names.size === 1 ? ([...names][0] as string) : '(several)';
}

/** Names the inputs and outputs that are no tensors, if there are any. */
export function otherThanTensors(bytes: Uint8Array): string | undefined {
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  const kinds = [...(graph?.input ?? []), ...(graph?.output ?? [])].map(({ type }) => type?.value.case);
  return kinds.every((kind) => kind === 'tensorType') ? undefined : 'inputs or outputs that are sequences, maps or optional';
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

/** The inputs and outputs of a case, in the graph's order. @throws GibbonError where a value is no tensor that Gibbon reads */
export function dataSetsOf({ folder }: SuiteCase): DataSet[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('test_data_set_'))
    .sort()
    .map((set) => ({ inputs: tensorsIn(join(folder, set), 'input'), outputs: tensorsIn(join(folder, set), 'output') }));
}

function tensorsIn(folder: string, what: string): Tensor[] {
  const tensors: Tensor[] = [];
  for (;;) {
    const path = join(folder, `${what}_${tensors.length}.pb`);
    if (!existsSync(path)) return tensors;
    tensors.push(tensorOf(readFileSync(path)));
  }
}

/** A serialised TensorProto, read as the only constant of a model. */
function tensorOf(bytes: Uint8Array): Tensor {
  const tensor = { ...fromBinary(TensorProtoSchema, bytes), name: 'value' };
  const model = create(ModelProtoSchema, { graph: { initializer: [tensor], output: [{ name: 'value' }] } });
  return readModel(toBinary(ModelProtoSchema, model)).constants.get('value') as Tensor;
}
