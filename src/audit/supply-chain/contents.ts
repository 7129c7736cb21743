/** What a model file carries beside its computation: code of others, files, payloads in tensors, texts, and fields that readers may take differently. */
import { fromBinary } from '@bufbuild/protobuf';
import type { ModelProto, TensorProto } from '../../onnx/generated/onnx_pb.js';
import { ModelProtoSchema } from '../../onnx/generated/onnx_pb.js';
import type { Graph, Node } from '../../onnx/graph.ts';
import { graphsOf, usedBy } from '../../onnx/scopes.ts';
import { byteLengthOf } from '../../onnx/tensor.ts';
import { payloadIn } from './payload.ts';
import { suspiciousText } from './texts.ts';
import { repeatedFields } from './wire.ts';

/** Something that stands in a file. */
export interface Oddity {
  readonly kind: 'custom-operators' | 'overridden-operators' | 'external-data' | 'unused-weights' | 'payload' | 'texts' | 'repeated-fields';
  /** Where: names of nodes, tensors, keys. */
  readonly where: string;
  /** What, in a few words. */
  readonly what: string;
}

/** Operator sets that ONNX Runtime itself brings. */
const KNOWN_DOMAINS: ReadonlySet<string> = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'com.microsoft',
  'com.microsoft.nchwc',
  'ai.onnx.preview.training',
]);

/** From this many bytes on weights that nothing uses are worth a word, where they are this share of all. */
const UNUSED_BYTES = 2 ** 16;
const UNUSED_SHARE = 0.05;
const MOST = 20;

export function contentsOf(bytes: Uint8Array, graph: Graph): Oddity[] {
  const model = fromBinary(ModelProtoSchema, bytes);
  return [
    ...customOperators(graph),
    ...overriddenOperators(model),
    ...externalData(model),
    ...unusedWeights(graph),
    ...payloads(model),
    ...texts(model),
    ...repeatedFields(bytes).map((what): Oddity => ({ kind: 'repeated-fields', where: 'the file', what })),
  ];
}

function everyNode({ nodes }: Graph): Node[] {
  return nodes.flatMap((node) => [node, ...graphsOf(node).flatMap(everyNode)]);
}

function customOperators(graph: Graph): Oddity[] {
  const counts = new Map<string, number>();
  for (const { domain, op } of everyNode(graph))
    if (!KNOWN_DOMAINS.has(domain)) counts.set(`${domain}.${op}`, (counts.get(`${domain}.${op}`) ?? 0) + 1);
  return [...counts].slice(0, MOST).map(([where, count]) => ({ kind: 'custom-operators', where, what: `${count} × in the graph` }));
}

/** Functions of the model that carry the name of an operator of ONNX: a reader that knows the operator shows one thing, one that inlines does another. */
function overriddenOperators({ functions, graph }: ModelProto): Oddity[] {
  const called = new Set((graph?.node ?? []).map(({ domain, opType }) => `${domain}|${opType}`));
  return functions
    .filter(({ domain }) => KNOWN_DOMAINS.has(domain))
    .map(({ domain, name }) => ({
      kind: 'overridden-operators',
      where: `${domain === '' ? 'ai.onnx' : domain}.${name}`,
      what: called.has(`${domain}|${name}`)
        ? 'a function of the model in place of the operator'
        : 'a function of that name, not called by the graph',
    }));
}

function externalData({ graph }: ModelProto): Oddity[] {
  const files = new Map<string, number>();
  for (const { dataLocation, externalData: entries } of graph?.initializer ?? []) {
    if (dataLocation !== 1) continue;
    const location = entries.find(({ key }) => key === 'location')?.value ?? 'an unnamed file';
    files.set(location, (files.get(location) ?? 0) + 1);
  }
  return [...files]
    .slice(0, MOST)
    .map(([where, count]) => ({ kind: 'external-data', where, what: `${count} ${count === 1 ? 'tensor' : 'tensors'}` }));
}

function unusedWeights(graph: Graph): Oddity[] {
  const used = new Set([...graph.nodes.flatMap(usedBy), ...graph.outputs.map(({ name }) => name)]);
  const sizes = [...graph.constants].map(([name, tensor]) => ({ name, bytes: byteLengthOf(tensor), isUsed: used.has(name) }));
  const sum = (some: typeof sizes): number => some.reduce((total, { bytes }) => total + bytes, 0);
  const unused = sizes.filter(({ isUsed }) => !isUsed).sort((a, b) => b.bytes - a.bytes);
  if (sum(unused) < Math.max(UNUSED_BYTES, UNUSED_SHARE * sum(sizes))) return [];
  const names = unused.slice(0, 3).map(({ name }) => name);
  return [{ kind: 'unused-weights', where: names.join(', '), what: `${sum(unused)} bytes that no node reads` }];
}

function payloads({ graph }: ModelProto): Oddity[] {
  const found: Oddity[] = [];
  const look = (tensor: TensorProto, where: string): void => {
    const what = payloadIn(tensor);
    if (what !== undefined && found.length < MOST) found.push({ kind: 'payload', where, what });
  };
  for (const tensor of graph?.initializer ?? []) look(tensor, tensor.name);
  for (const node of graph?.node ?? []) for (const { t } of node.attribute) if (t) look(t, `a constant of ${node.name || node.opType}`);
  return found;
}

function texts(model: ModelProto): Oddity[] {
  const { graph } = model;
  const all: [string, string][] = [
    ['documentation of the model', model.docString],
    ['documentation of the graph', graph?.docString ?? ''],
    ...model.metadataProps.map(({ key, value }): [string, string] => [`metadata ${key}`, value]),
    ...(graph?.node ?? []).map(({ name, opType, docString }): [string, string] => [`documentation of ${name || opType}`, docString]),
  ];
  return all
    .flatMap(([where, text]): Oddity[] => {
      const what = suspiciousText(text);
      return what === undefined ? [] : [{ kind: 'texts', where, what }];
    })
    .slice(0, MOST);
}
