/** Functions of a model's own, inlined: the same outputs as ONNX Runtime gives for the calls, and no way to grow without measure. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { ModelProtoSchema } from './generated/onnx_pb.js';
import { readModel } from './read.ts';
import { writeModel } from './write.ts';

type Model = MessageInitShape<typeof ModelProtoSchema>;
type Node = NonNullable<NonNullable<Model['functions']>[number]['node']>[number];
type Function = NonNullable<Model['functions']>[number];

const bytesOf = (model: Model): Uint8Array => toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
const node = (opType: string, input: string[], output: string[], attribute: object[] = [], domain = ''): Node =>
  ({ opType, input, output, attribute, domain }) as Node;
const call = (opType: string, input: string[], output: string[], attribute: object[] = []): Node =>
  node(opType, input, output, attribute, 'local');
const fn = (name: string, input: string[], output: string[], body: Node[], rest: object = {}): Function =>
  ({ name, domain: 'local', input, output, node: body, opsetImport: OPSETS, ...rest }) as Function;
const OPSETS = [
  { domain: '', version: 18n },
  { domain: 'local', version: 1n },
];
const dims = { shape: { dim: [{ value: { case: 'dimValue', value: 3n } }] } };
const port = (name: string, elemType = 1): object => ({ name, type: { value: { case: 'tensorType', value: { elemType, ...dims } } } });
const model = (functions: Function[], body: Node[], outputs = ['y']): Model =>
  ({
    irVersion: 10n,
    opsetImport: OPSETS,
    functions,
    graph: { name: 'g', input: [port('x')], output: outputs.map((name) => port(name)), node: body },
  }) as Model;

const X = Float32Array.of(-1.5, 0.25, 2);

async function outputs(bytes: Uint8Array): Promise<Record<string, number[]>> {
  const session = await ortNode.loadModel(bytes);
  const made = await session.run({ x: { type: 'float32', shape: [3], data: X } });
  await session.release();
  return Object.fromEntries(Object.entries(made).map(([name, { data }]) => [name, Array.from(data as Float32Array)]));
}

const alpha = (value: number, name = 'alpha'): object => ({ name, type: 1, f: value });
const ref = (name: string, refAttrName: string): object => ({ name, type: 1, refAttrName });
const branch = (body: Node[], output: string): object => ({ name: `to_${output}`, node: body, output: [port(output)] });
const choice = (taken: object, other: object): object[] => [
  { name: 'then_branch', type: 5, g: taken },
  { name: 'else_branch', type: 5, g: other },
];

const leaky = fn('Leaky', ['a'], ['b'], [node('LeakyRelu', ['a'], ['b'], [ref('alpha', 'slope')])], { attribute: ['slope'] });
const withDefault = fn('Default', ['a'], ['b'], [node('LeakyRelu', ['a'], ['b'], [ref('alpha', 'slope')])], {
  attributeProto: [alpha(0.3, 'slope')],
});
const twice = fn('Twice', ['a'], ['b'], [call('Leaky', ['a'], ['h'], [ref('slope', 'k')]), node('Mul', ['h', 'a'], ['b'])], {
  attribute: ['k'],
});
const maybe = fn('Maybe', ['a', 'low'], ['b'], [node('Clip', ['a', 'low'], ['b'])]);
const both = fn('Both', ['a'], ['b', 'c'], [node('Neg', ['a'], ['b']), node('Abs', ['a'], ['c'])]);
const same = fn('Same', ['a'], ['b', 'a'], [node('Neg', ['a'], ['b'])]);
const chooses = fn(
  'Chooses',
  ['a', 'go'],
  ['b'],
  [
    node(
      'If',
      ['go'],
      ['b'],
      choice(
        branch([node('Neg', ['a'], ['t']), call('Leaky', ['t'], ['u'], [ref('slope', 'k')])], 'u'),
        branch([node('Identity', ['a'], ['t'])], 't'),
      ),
    ),
  ],
  { attribute: ['k'] },
);
const truth = node('Constant', [], ['go'], [{ name: 'value', type: 4, t: { dims: [], dataType: 9, rawData: Uint8Array.of(1) } }]);

describe('functions of the model’s own', () => {
  it.each<[string, Model]>([
    ['with an attribute of the call', model([leaky], [call('Leaky', ['x'], ['y'], [alpha(0.2, 'slope')])])],
    ['with an attribute left out', model([leaky], [call('Leaky', ['x'], ['y'])])],
    ['with a default', model([withDefault], [call('Default', ['x'], ['y'])])],
    ['with a default that the call overrides', model([withDefault], [call('Default', ['x'], ['y'], [alpha(0.7, 'slope')])])],
    ['that call others and hand attributes on', model([leaky, twice], [call('Twice', ['x'], ['y'], [alpha(0.6, 'k')])])],
    [
      'called twice',
      model([leaky], [call('Leaky', ['x'], ['h'], [alpha(0.5, 'slope')]), call('Leaky', ['h'], ['y'], [alpha(0.1, 'slope')])]),
    ],
    [
      'whose inner names the model uses, too',
      model([leaky, twice], [node('Neg', ['x'], ['h']), call('Twice', ['h'], ['b'], [alpha(0.2, 'k')]), node('Add', ['h', 'b'], ['y'])]),
    ],
    ['with an input left out at the end', model([maybe], [call('Maybe', ['x'], ['y'])])],
    ['with an input left out by name', model([maybe], [call('Maybe', ['x', ''], ['y'])])],
    ['with an output left out', model([both], [call('Both', ['x'], ['', 'y'])])],
    ['with both outputs', model([both], [call('Both', ['x'], ['n', 'p']), node('Sub', ['p', 'n'], ['y'])])],
    ['with branches inside', model([leaky, chooses], [truth, call('Chooses', ['x', 'go'], ['y'], [alpha(0.4, 'k')])])],
    [
      'inside branches',
      model(
        [leaky],
        [
          truth,
          node(
            'If',
            ['go'],
            ['y'],
            choice(branch([call('Leaky', ['x'], ['t'], [alpha(0.2, 'slope')])], 't'), branch([node('Neg', ['x'], ['e'])], 'e')),
          ),
        ],
      ),
    ],
    [
      'that have a name in common, by their overload',
      model(
        [{ ...leaky, overload: 'a' } as Function, { ...fn('Leaky', ['a'], ['b'], [node('Neg', ['a'], ['b'])]), overload: 'b' } as Function],
        [
          { ...call('Leaky', ['x'], ['h'], [alpha(0.2, 'slope')]), overload: 'a' } as Node,
          { ...call('Leaky', ['h'], ['y']), overload: 'b' } as Node,
        ],
      ),
    ],
  ])('%s', async (_, original) => {
    const bytes = bytesOf(original);
    const inlined = readModel(bytes);
    expect(JSON.stringify(inlined.nodes, (key, value) => (key === 'data' ? '' : value))).not.toContain('"domain":"local"');
    expect(await outputs(writeModel(inlined).bytes)).toEqual(await outputs(bytes));
  });

  it('may give an input back, which ONNX Runtime does not load', async () => {
    const read = readModel(bytesOf(model([same], [call('Same', ['x'], ['n', 'h']), node('Mul', ['h', 'n'], ['y'])])));
    expect(await outputs(writeModel(read).bytes)).toEqual({ y: Array.from(X, (value) => -value * value) });
  });

  it('stay calls where they mean another version of an operator, and stay in the file', async () => {
    const older = { ...leaky, opsetImport: [{ domain: '', version: 15n }] } as Function;
    const bytes = bytesOf(model([older], [call('Leaky', ['x'], ['y'], [alpha(0.2, 'slope')])]));
    const read = readModel(bytes);
    expect(read.nodes.map(({ op, domain }) => [op, domain])).toEqual([['Leaky', 'local']]);
    expect(await outputs(writeModel(read).bytes)).toEqual(await outputs(bytes));
  });
});

describe('functions that do harm', () => {
  const refusal = (functions: Function[], body: Node[]): GibbonError => {
    const started = performance.now();
    try {
      readModel(bytesOf(model(functions, body)));
    } catch (error) {
      expect(performance.now() - started).toBeLessThan(20_000);
      if (error instanceof GibbonError) return error;
      throw error;
    }
    throw new Error('nothing was thrown');
  };
  const doubling = (times: number): Function[] =>
    Array.from({ length: times }, (_, i) =>
      i === 0
        ? fn('F0', ['a'], ['b'], [node('Neg', ['a'], ['b'])])
        : fn(`F${i}`, ['a'], ['b'], [call(`F${i - 1}`, ['a'], ['h']), call(`F${i - 1}`, ['h'], ['b'])]),
    );
  it('double 25 times', () => {
    expect(refusal(doubling(26), [call('F25', ['x'], ['y'])])).toMatchObject({
      code: 'E_MODEL_UNSUPPORTED',
      message: expect.stringContaining('expand'),
    });
  });
  it('double 25 times and hold nothing', () => {
    const empty = doubling(26).map((one, i) => (i === 0 ? fn('F0', ['a'], ['a'], []) : one));
    expect(refusal(empty, [call('F25', ['x'], ['y'])]).code).toBe('E_MODEL_UNSUPPORTED');
  });
  it('call themselves, or each other', () => {
    const circle = [fn('F', ['a'], ['b'], [call('G', ['a'], ['b'])]), fn('G', ['a'], ['b'], [call('F', ['a'], ['b'])])];
    expect(refusal(circle, [call('F', ['x'], ['y'])])).toMatchObject({
      code: 'E_MODEL_UNREADABLE',
      message: expect.stringContaining('calls itself'),
    });
  });
  it('call each other 10 000 deep', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) =>
      i === 0 ? fn('F0', ['a'], ['b'], [node('Neg', ['a'], ['b'])]) : fn(`F${i}`, ['a'], ['b'], [call(`F${i - 1}`, ['a'], ['b'])]),
    );
    expect(refusal(chain, [call('F9999', ['x'], ['y'])]).code).toBe('E_MODEL_UNSUPPORTED');
  });
  it('are called with too many values', () => {
    expect(refusal([leaky], [call('Leaky', ['x', 'x'], ['y'])]).code).toBe('E_MODEL_UNREADABLE');
  });
  it('read what nothing makes', () => {
    expect(refusal([fn('F', ['a'], ['b'], [node('Add', ['a', 'x'], ['b'])])], [call('F', ['x'], ['y'])])).toMatchObject({
      code: 'E_MODEL_UNREADABLE',
      message: expect.stringContaining('which nothing produces'),
    });
  });
});
