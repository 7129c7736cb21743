import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ModelProtoSchema, NodeProtoSchema } from '../onnx/generated/onnx_pb.js';
import { type Graph, int, ints, type Node } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { isLinear, knownWords, storedRows, tracesOf } from './file-traces.ts';

const node = (op: string, inputs: readonly string[], output: string, more: Partial<Node> = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
  ...more,
});

const graph = (nodes: readonly Node[], more: Partial<Graph> = {}): Graph => ({
  name: 'main',
  opsets: new Map([['', 18]]),
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 4] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 3] }],
  nodes,
  constants: new Map([['w', floats(Array(12).fill(1), [4, 3])]]),
  ...more,
});

describe('tracesOf', () => {
  it('finds people, paths and keys wherever texts stand, each once', () => {
    const about = create(ModelProtoSchema, {
      metadataProps: [
        { key: 'author', value: 'Ada <ada.l@analytical-engine.org>' },
        { key: 'token', value: `hf_${'x'.repeat(34)}` },
        { key: 'trained', value: 's3://secret-bucket/patients.csv' },
      ],
    });
    const stack = create(NodeProtoSchema, { docString: '/home/ada/patients/train.py(12): forward' });
    const found = tracesOf(
      graph(
        [
          node('MatMul', ['x', 'w'], 'y', { kept: toBinary(NodeProtoSchema, stack) }),
          node('Relu', ['y'], 'z', { kept: toBinary(NodeProtoSchema, stack) }),
        ],
        {
          keptOfModel: toBinary(ModelProtoSchema, about),
        },
      ),
    );
    expect(found).toEqual([
      { kind: 'secret', where: 'metadata token', text: 'hf_xxx…' },
      { kind: 'e-mail address', where: 'metadata author', text: 'ada.l@analytical-engine.org' },
      { kind: 'personal path', where: 'documentation of the node y', text: '/home/ada/patients/train.py(12)' },
      { kind: 'bucket or host', where: 'metadata trained', text: 's3://secret-bucket/patients.csv' },
    ]);
  });

  it('is silent about usual names', () => {
    const usual = ['/layer1/layer1.0/conv1/Conv', 'model.encoder@0', 'onnx::Gemm_12', '/users/Gather', 'ski-jump'];
    expect(tracesOf(graph(usual.map((name) => node('Relu', ['x'], name))))).toEqual([]);
  });
});

describe('storedRows', () => {
  it('counts support vectors and neighbours', () => {
    const svm = node('SVMClassifier', ['x'], 'y', { domain: 'ai.onnx.ml', attributes: { vectors_per_class: ints([5, 7]) } });
    const regressor = node('SVMRegressor', ['x'], 'y', {
      domain: 'ai.onnx.ml',
      attributes: { n_supports: int(3), support_vectors: { kind: 'floats', value: [1, 2, 3] } },
    });
    const knn = node('CDist', ['x', 'train'], 'd', { domain: 'com.microsoft' });
    const constants = new Map([['train', floats(Array(40).fill(0), [10, 4])]]);
    expect(storedRows(graph([svm, regressor])).map(({ rows }) => rows)).toEqual([12, 3]);
    expect(storedRows(graph([knn], { constants }))).toEqual([{ node: 'd', how: 'neighbours', rows: 10 }]);
    expect(storedRows(graph([node('MatMul', ['x', 'w'], 'y')]))).toEqual([]);
  });
});

describe('isLinear', () => {
  it.each([
    ['a matrix and softmax', [node('MatMul', ['x', 'w'], 'a'), node('Softmax', ['a'], 'y')], true],
    ['a hidden layer', [node('MatMul', ['x', 'w'], 'a'), node('Relu', ['a'], 'y')], false],
    ['a product of the data with itself', [node('Mul', ['x', 'x'], 'y')], false],
    ['a division by the data', [node('Div', ['w', 'x'], 'y')], false],
    ['constants multiplied first', [node('Mul', ['w', 'w'], 'v'), node('MatMul', ['x', 'v'], 'y')], true],
  ] as const)('%s: %s', (_, nodes, expected) => {
    expect(isLinear(graph(nodes))).toBe(expected);
  });

  it('knows words of encoders, not names of classes', () => {
    const strings = (value: readonly string[]) => ({ kind: 'strings', value }) as const;
    const encoder = node('OneHotEncoder', ['x'], 'e', { domain: 'ai.onnx.ml', attributes: { cats_strings: strings(['a', 'b', 'a']) } });
    const trees = node('TreeEnsembleClassifier', ['e'], 'y', {
      domain: 'ai.onnx.ml',
      attributes: { classlabels_strings: strings(['no', 'yes']), nodes_modes: strings(['LEAF']) },
    });
    expect(knownWords(graph([encoder, trees]))).toBe(2);
  });
});
