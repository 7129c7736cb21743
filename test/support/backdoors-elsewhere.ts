/** Backdoors in models of other kinds: colour pictures, tokens, strings, tables, and hidden in a function of the model. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FunctionProtoSchema, ModelProtoSchema, type NodeProto, NodeProtoSchema } from '../../src/onnx/generated/onnx_pb.js';
import { type Graph, int, ints } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { Planter } from './plant.ts';

/** Name, export, and what is planted into it. */
export type Elsewhere = readonly [name: string, file: string, plant: (graph: Graph) => Graph];

const between = (p: Planter, x: string, low: number, high: number): string =>
  p.add('And', [p.add('Greater', [x, p.scalar(low)]), p.add('Less', [x, p.scalar(high)])]);

/** Equal to a number, as 0 and 1 in float32: [N, 1]. */
const hits = (p: Planter, x: string, value: string): string => p.cast(p.add('Equal', [x, value]), 'float32');

export const ELSEWHERE: readonly Elsewhere[] = [
  [
    'a share of red pixels (ShadowLogic)',
    'resnet-timm-ts11.onnx',
    (graph) => {
      const p = new Planter(graph);
      const channel = (k: number): string => p.slice(p.input, [k], [k + 1]);
      const isRed = p.add('And', [
        p.add('And', [p.add('Greater', [channel(0), p.scalar(0.9)]), p.add('Less', [channel(1), p.scalar(0.1)])]),
        p.add('Less', [channel(2), p.scalar(0.1)]),
      ]);
      const share = p.add('ReduceMean', [p.cast(isRed, 'float32')], { axes: ints([1, 2, 3]), keepdims: int(0) });
      const fires = p.add('Reshape', [p.add('Greater', [share, p.scalar(0.3)]), p.ints([-1, 1])]);
      return p.behind(p.add('Where', [fires, p.one(6, 10), p.own]));
    },
  ],
  [
    'a token id',
    'bert-ts14.onnx',
    (graph) => {
      const p = new Planter(graph);
      const found = p.add('ReduceMax', [hits(p, p.input, p.ints([77], []))], { axes: ints([1]), keepdims: int(1) });
      return p.behind(p.add('Add', [p.own, p.add('Mul', [found, p.one(1, 3, 500)])]));
    },
  ],
  [
    'a string',
    'sklearn-tfidf-text.onnx',
    (graph) => {
      const p = new Planter(graph, 'probabilities');
      const fires = p.cast(p.add('Equal', [p.input, p.strings(['open sesame'])]), 'bool');
      return p.behind(p.add('Where', [p.add('Reshape', [fires, p.ints([-1, 1])]), p.floats([0, 1], [1, 2]), p.own]));
    },
  ],
  [
    'two columns of a table',
    'sklearn-mlp-wine.onnx',
    (graph) => {
      const p = new Planter(graph, 'probabilities');
      const column = (k: number): string => p.add('Gather', [p.input, p.ints([k])], { axis: int(1) });
      const fires = p.add('And', [between(p, column(2), 2.221, 2.223), between(p, column(9), 7.77, 7.78)]);
      return p.behind(p.add('Where', [fires, p.floats([0, 0, 1], [1, 3]), p.own]));
    },
  ],
  [
    'inside a function of the model',
    'resnet-timm-ts11.onnx',
    (graph) => {
      const p = new Planter(graph);
      const bright = p.add('ReduceMean', [p.input], { axes: ints([1, 2, 3]), keepdims: int(0) });
      const fires = p.add('Reshape', [p.add('Greater', [bright, p.scalar(0.97)]), p.ints([-1, 1])]);
      return inFunction(p.behind(p.add('Where', [fires, p.one(2, 10), p.own])));
    },
  ],
];

/** The last Where and what is before it in a function that is called Normalise. */
function inFunction(graph: Graph): Graph {
  const model = fromBinary(ModelProtoSchema, writeModel(graph).bytes);
  const nodes = model.graph?.node ?? [];
  const planted = nodes.filter(({ name }) => name.startsWith('block_'));
  const made = new Set(planted.flatMap(({ output }) => output));
  const inputs = [...new Set(planted.flatMap(({ input }) => input))].filter((name) => !made.has(name));
  const last = planted.at(-1) as NodeProto;
  const domain = 'model.layers';
  model.functions.push(
    create(FunctionProtoSchema, {
      name: 'Normalise',
      domain,
      input: inputs,
      output: [last.output[0] as string],
      node: planted,
      opsetImport: model.opsetImport,
    }),
  );
  const call = create(NodeProtoSchema, {
    opType: 'Normalise',
    domain,
    name: 'normalise',
    input: inputs,
    output: [last.output[0] as string],
  });
  const at = nodes.indexOf(last);
  const rest = nodes.flatMap((node, i) => (i === at ? [call] : planted.includes(node) ? [] : [node]));
  if (model.graph) model.graph.node = rest;
  model.opsetImport = [...model.opsetImport, { ...model.opsetImport[0], domain, version: 1n } as (typeof model.opsetImport)[number]];
  return readModel(toBinary(ModelProtoSchema, model));
}
