/** Files that lie about themselves: cut short, cyclic, endless, or far larger on paper than on disk. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type GraphProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from '../../src/onnx/generated/onnx_pb.js';
import { DEMO, put } from './cli.ts';

type Init = MessageInitShape<typeof ModelProtoSchema>;
type GraphInit = Exclude<NonNullable<Init['graph']>, GraphProto>;
type NodeInit = NonNullable<GraphInit['node']>[number];

const demo = (): Uint8Array => readFileSync(DEMO.natural);

/** The shipped network, changed in its protobuf. */
function changed(change: (graph: GraphProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, demo());
  change(model.graph as GraphProto);
  return toBinary(ModelProtoSchema, model);
}

const node = (opType: string, input: string[], output: string[], attribute: object[] = [], domain = ''): NodeInit =>
  ({ opType, input, output, attribute, domain }) as NodeInit;

/** A network on pictures of 28 × 28 whose ten scores go through `nodes`, from 'scores' to 'y'. */
function behind(nodes: NodeInit[], constants: Readonly<Record<string, readonly bigint[]>> = {}, rest: Init = {}): Uint8Array {
  const port = (name: string, dims: bigint[]): object => ({
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: 1,
          shape: { dim: [{ value: { case: 'dimParam', value: 'N' } }, ...dims.map((value) => ({ value: { case: 'dimValue', value } }))] },
        },
      },
    },
  });
  const weights = Float32Array.from({ length: 7840 }, (_, i) => ((i % 13) - 6) / 100);
  const initializer = [
    { name: 'w', dims: [784n, 10n], dataType: 1, rawData: new Uint8Array(weights.buffer) },
    ...Object.entries(constants).map(([name, values]) => ({
      name,
      dims: values.length === 1 && name.startsWith('scalar') ? [] : [BigInt(values.length)],
      dataType: 7,
      int64Data: [...values],
    })),
  ];
  const graph = {
    name: 'g',
    input: [port('x', [1n, 28n, 28n])],
    output: [port('y', [10n])],
    initializer,
    node: [node('Flatten', ['x'], ['flat']), node('MatMul', ['flat', 'w'], ['scores']), ...nodes],
  };
  const model = { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph, ...rest };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, model as Init));
}

/** The largest of a huge value, added to the scores. */
const most = (huge: string): NodeInit[] => [
  node('Cast', [huge], ['floats'], [{ name: 'to', type: 2, i: 1n }]),
  node('ReduceMax', ['floats'], ['most'], [{ name: 'keepdims', type: 2, i: 0n }]),
  node('Add', ['scores', 'most'], ['y']),
];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** With its length in front. */
const sized = (bytes: Uint8Array): number[] => [...varint(bytes.length), ...bytes];

/** An empty message, wrapped `times` times as the fields of these numbers in turn, from the inside out. */
function nested(times: number, fields: readonly number[]): Uint8Array {
  const headers: number[][] = [];
  let length = 0;
  for (let i = 0; i < times; i++) {
    const header = [...varint((fields[i % fields.length] as number) * 8 + 2), ...varint(length)];
    headers.push(header);
    length += header.length;
  }
  return Uint8Array.from(headers.reverse().flat());
}

const doubling = (times: number): NonNullable<Init['functions']> =>
  Array.from({ length: times }, (_, i) => ({
    name: `F${i}`,
    domain: 'local',
    input: ['a'],
    output: ['b'],
    opsetImport: [{ domain: '', version: 17n }],
    node:
      i === 0 ? [node('Neg', ['a'], ['b'])] : [node(`F${i - 1}`, ['a'], ['h'], [], 'local'), node(`F${i - 1}`, ['h'], ['b'], [], 'local')],
  }));

const big = (name: string, opType: string, inputs: string[], constants: Record<string, bigint[]>): HostileFile =>
  file(name, () => behind([node(opType, inputs, ['huge']), ...most('huge')], constants));

/** Changes the first weights of a graph. */
const firstWeights =
  (change: (first: TensorProto) => Partial<TensorProto>) =>
  ({ initializer: [first] }: GraphProto): void => {
    if (first) Object.assign(first, change(first));
  };

/** The shipped network with its first weights in a file of that name. */
const outside = (location: string): Uint8Array =>
  changed(
    firstWeights(() => ({
      rawData: new Uint8Array(),
      dataLocation: 1,
      externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: location })],
    })),
  );

export interface HostileFile {
  readonly name: string;
  /** The runtime itself hangs on it or fills its memory: the watchdog ends that. */
  readonly watched?: boolean;
  /** Writes the file below a folder of its own and returns its path. */
  readonly make: (folder: string) => string;
}

const file = (name: string, bytes: () => Uint8Array): HostileFile => ({ name, make: (folder) => put(folder, 'model.onnx', bytes()) });

const T = 2n ** 40n;
const ONE = { name: 'value', type: 4, t: { dims: [1n], dataType: 1, floatData: [1] } };

/** From two elements, twice as many each time. */
const doubled = (times: number): NodeInit[] => [
  node('ConstantOfShape', ['shape'], ['d0'], [ONE]),
  ...Array.from({ length: times }, (_, i) => node('Concat', [`d${i}`, `d${i}`], [`d${i + 1}`], [{ name: 'axis', type: 2, i: 0n }])),
];

/** Each must end in one clear error with exit code 2, or be stopped by the watchdog. */
export const HOSTILE_FILES: readonly HostileFile[] = [
  file('cut in half', () => demo().subarray(0, demo().length >> 1)),
  file('cut by one byte', () => demo().subarray(0, -1)),
  file('nodes in a circle', () => behind([node('Add', ['scores', 'b'], ['a']), node('Neg', ['a'], ['b']), node('Neg', ['b'], ['y'])])),
  file('a value made twice', () => behind([node('Neg', ['scores'], ['y']), node('Abs', ['scores'], ['y'])])),
  file('a constant given twice', () =>
    changed(({ initializer }) => {
      initializer.push(...initializer.slice(0, 1).map((first) => ({ ...first, rawData: new Uint8Array(first.rawData.length) })));
    }),
  ),
  file('values that nothing makes', () => behind([node('Add', ['scores', 'nowhere'], ['y'])])),
  file('weights of a negative size', () => changed(firstWeights(() => ({ dims: [-1n, -9n] })))),
  file('weights of 2^62 elements', () => changed(firstWeights(() => ({ dims: [2n ** 31n, 2n ** 31n] })))),
  file('weights shorter than declared', () => changed(firstWeights(({ rawData }) => ({ rawData: rawData.subarray(4) })))),
  file('an input of 2^40 pixels', () =>
    changed(({ input: [x] }) => {
      const dims = x?.type?.value.case === 'tensorType' ? (x.type.value.value.shape?.dim ?? []) : [];
      for (const dim of dims.slice(2)) dim.value = { case: 'dimValue', value: 2n ** 20n };
    }),
  ),
  file('an input of 2^40 pixels that fit the network', () =>
    changed((graph) => {
      const dims = graph.input[0]?.type?.value.case === 'tensorType' ? (graph.input[0].type.value.value.shape?.dim ?? []) : [];
      for (const dim of dims.slice(2)) dim.value = { case: 'dimValue', value: 2n ** 20n };
      const pooled = [
        node('GlobalAveragePool', ['input'], ['p']),
        node('Flatten', ['p'], ['f']),
        node('Concat', Array(10).fill('f'), ['o'], [{ name: 'axis', type: 2, i: 1n }]),
      ];
      const made = create(ModelProtoSchema, { graph: { node: pooled } }).graph?.node ?? [];
      for (const one of made) {
        one.input = one.input.map((name) => (name === 'input' ? (graph.input[0]?.name ?? '') : name));
        one.output = one.output.map((name) => (name === 'o' ? (graph.output[0]?.name ?? '') : name));
      }
      Object.assign(graph, { node: made, initializer: [], valueInfo: [] });
    }),
  ),
  file('strings of gigabytes, declared', () =>
    changed((graph) => {
      graph.initializer.push(create(TensorProtoSchema, { name: 's', dims: [2n ** 31n], dataType: 8 }));
    }),
  ),
  file('a string of 2 GB that is not there', () => Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x12, 0xff, 0xff, 0xff, 0xff, 0x07)),
  file('branches 10 000 deep', () => Uint8Array.from([0x3a, ...sized(nested(30_000, [6, 5, 1]))])),
  file('types 10 000 deep', () =>
    Uint8Array.from([0x3a, ...sized(Uint8Array.from([0x62, ...sized(Uint8Array.from([0x12, ...sized(nested(20_000, [1, 4]))]))]))]),
  ),
  file('groups 100 000 deep', () => new Uint8Array(100_000).fill(0x3b)),
  file('a million empty nodes', () =>
    Uint8Array.from([0x3a, ...sized(Uint8Array.from({ length: 2_000_000 }, (_, i) => (i % 2 ? 0 : 0x0a)))]),
  ),
  file('functions that double 25 times', () =>
    behind(
      [node('F25', ['scores'], ['y'], [], 'local')],
      {},
      {
        functions: doubling(26),
        opsetImport: [
          { domain: '', version: 17n },
          { domain: 'local', version: 1n },
        ],
      },
    ),
  ),
  big('ConstantOfShape of 2^40', 'ConstantOfShape', ['shape'], { shape: [T] }),
  big('Range to 2^40', 'Range', ['scalar0', 'scalar1', 'scalar2'], { scalar0: [0n], scalar1: [T], scalar2: [1n] }),
  big('Expand to 2^40', 'Expand', ['scores', 'shape'], { shape: [T, 1n, 1n] }),
  big('Tile 2^40 times', 'Tile', ['scores', 'times'], { times: [1n, T] }),
  big('Pad by 2^40', 'Pad', ['scores', 'pads'], { pads: [0n, 0n, 0n, T] }),
  big('Reshape to 2^62', 'Reshape', ['scores', 'shape'], { shape: [2n ** 31n, 2n ** 31n] }),
  { ...file('a constant that doubles 40 times', () => behind([...doubled(40), ...most('d40')], { shape: [2n] })), watched: true },
  { name: 'weights at an absolute path', make: (folder) => put(folder, 'model.onnx', outside('/etc/hostname')) },
  { name: 'weights outside the folder', make: (folder) => put(folder, 'inner/model.onnx', outside('../w.bin')) },
  {
    name: 'weights behind a link that leaves the folder',
    make: (folder) => {
      mkdirSync(join(folder, 'inner'));
      symlinkSync(put(folder, 'w.bin', new Uint8Array(8)), join(folder, 'inner/w.bin'));
      return put(folder, 'inner/model.onnx', outside('w.bin'));
    },
  },
  {
    name: 'weights in a pipe',
    make: (folder) => {
      execFileSync('mkfifo', [join(folder, 'w.bin')]);
      return put(folder, 'model.onnx', outside('w.bin'));
    },
  },
  {
    name: 'weights in a folder',
    make: (folder) => {
      mkdirSync(join(folder, 'w.bin'));
      return put(folder, 'model.onnx', outside('w.bin'));
    },
  },
  {
    name: 'weights beyond the end of their file',
    make: (folder) => {
      writeFileSync(join(folder, 'w.bin'), new Uint8Array(4));
      return put(folder, 'model.onnx', outside('w.bin'));
    },
  },
  {
    name: 'a pipe in place of the model',
    make: (folder) => {
      execFileSync('mkfifo', [join(folder, 'model.onnx')]);
      return join(folder, 'model.onnx');
    },
  },
  { name: 'a device that never ends', make: () => '/dev/zero' },
];
