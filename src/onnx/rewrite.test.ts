/** A model that is read and written again says all that it said before, also what Gibbon has no use for. */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ModelProtoSchema } from './generated/onnx_pb.js';
import type { Graph } from './graph.ts';
import { readModel } from './read.ts';
import { ELEMENT_TYPES, type ElementType } from './tensor.ts';
import { writeModel } from './write.ts';

type Model = MessageInitShape<typeof ModelProtoSchema>;

const bytesOf = (model: Model): Uint8Array => toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
const rewritten = (bytes: Uint8Array) => fromBinary(ModelProtoSchema, writeModel(readModel(bytes)).bytes);
const utf8 = (s: string): Uint8Array => new TextEncoder().encode(s);
const unknown = [{ no: 900, wireType: 2, data: Uint8Array.of(3, 1, 2, 3) }];
const said = { docString: 'said', metadataProps: [{ key: 'k', value: 'v' }] };
const tensorType = {
  case: 'tensorType' as const,
  value: { elemType: 1, shape: { dim: [{ value: { case: 'dimParam' as const, value: 'N' } }] } },
};
const port = (name: string) => ({ name, type: { value: tensorType } });
const node = (opType: string, input: string[], output: string[], rest: object = {}) => ({ opType, input, output, ...rest });

const WHOLE: Model = {
  irVersion: 10n,
  producerName: 'someone',
  producerVersion: '1.2',
  domain: 'org.example',
  modelVersion: 7n,
  docString: 'a model',
  opsetImport: [{ domain: '', version: 21n }],
  metadataProps: [{ key: 'licence', value: 'MIT' }],
  trainingInfo: [{ algorithm: { name: 'step', node: [node('Identity', ['a'], ['b'])] } }],
  graph: {
    name: 'g',
    docString: 'a graph',
    metadataProps: [{ key: 'a', value: 'b' }],
    valueInfo: [{ ...port('h'), ...said }],
    quantizationAnnotation: [{ tensorName: 'w', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 's' }] }],
    input: [
      { ...port('x'), ...said },
      {
        name: 'z',
        type: {
          denotation: 'IMAGE',
          value: {
            case: 'tensorType',
            value: { elemType: 1, shape: { dim: [{ denotation: 'DATA_BATCH', value: { case: 'dimValue', value: 2n } }] } },
          },
        },
      },
    ],
    output: [
      port('y'),
      {
        name: 'm',
        type: {
          value: {
            case: 'sequenceType',
            value: { elemType: { value: { case: 'mapType', value: { keyType: 7, valueType: { value: tensorType } } } } },
          },
        },
      },
      { name: 'free' },
    ],
    initializer: [
      { name: 'w', dims: [1n], dataType: 1, rawData: new Uint8Array(4), ...said },
      { name: 'words', dims: [2n], dataType: 8, stringData: [utf8('ä'), Uint8Array.of(0xff, 0)] },
    ],
    node: [
      node('Add', ['x', 'w'], ['h'], { name: 'n', overload: 'o', ...said }),
      node('ZipMap', ['h'], ['m'], {
        domain: 'ai.onnx.ml',
        attribute: [
          { name: 'int', type: 2, i: 2n ** 63n - 1n, docString: 'to the end' },
          { name: 'ints', type: 7, ints: [2n ** 63n - 1n, -(2n ** 63n)] },
          { name: 'bytes', type: 3, s: Uint8Array.of(0xc3, 0x28) },
          { name: 'lines', type: 8, strings: [utf8('é'), Uint8Array.of(0xef, 0xbb, 0xbf)] },
          { name: 'tensors', type: 9, tensors: [{ dims: [1n], dataType: 2, rawData: Uint8Array.of(5) }] },
          { name: 'graphs', type: 10, graphs: [{ name: 'inner', output: [port('h')] }] },
          {
            name: 'sparse',
            type: 11,
            sparseTensor: { dims: [3n], values: { dims: [0n], dataType: 1 }, indices: { dims: [0n], dataType: 7 } },
          },
          { name: 'shape', type: 13, tp: { value: tensorType } },
        ],
      }),
      node('Identity', ['h'], ['y']),
      node('If', ['h'], ['free', ''], {
        attribute: [{ name: 'then_branch', type: 5, g: { name: 't', output: [{ name: 'h' }], ...said } }],
      }),
    ],
  },
};

describe('a model rewritten', () => {
  it('says the same, message for message', () => {
    expect(rewritten(bytesOf(WHOLE))).toEqual(create(ModelProtoSchema, WHOLE));
  });
  it('keeps fields of formats to come', () => {
    const model = create(ModelProtoSchema, WHOLE);
    const parts = [
      model,
      model.graph,
      model.graph?.node[0],
      model.graph?.input[0],
      model.graph?.initializer[0],
      model.graph?.node[1]?.attribute[0],
    ];
    for (const part of parts) if (part) part.$unknown = unknown;
    expect(rewritten(toBinary(ModelProtoSchema, model))).toEqual(model);
  });
  it('keeps them where a port was changed, but not the old type', () => {
    const read = readModel(bytesOf(WHOLE));
    const made = fromBinary(
      ModelProtoSchema,
      writeModel({ ...read, inputs: read.inputs.map((own) => ({ ...own, shape: ['N', 3] })) }).bytes,
    );
    const [x] = made.graph?.input ?? [];
    expect(x?.docString).toBe('said');
    expect(x?.type?.value.case === 'tensorType' && x.type.value.value.shape?.dim).toHaveLength(2);
  });
  it('has the IR version that its initializers need', () => {
    expect(rewritten(bytesOf({ ...WHOLE, irVersion: 3n })).irVersion).toBe(9n);
  });
});

const BITS: Partial<Record<ElementType, number>> = { uint4: 4, int4: 4, float4e2m1: 4, uint2: 2, int2: 2, float6e2m3: 6, float6e3m2: 6 };
const small = [
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'float8e8m0',
  'bfloat16',
  'complex64',
  'complex128',
] as const;

describe('every element type', () => {
  const withTensor = (tensor: object): Uint8Array =>
    bytesOf({ graph: { initializer: [{ name: 'w', dims: [5n], ...tensor }], output: [{ name: 'w' }] } } as Model);
  it.each([...small, ...(Object.keys(BITS) as ElementType[])])('%s is kept as bytes', (type) => {
    const width = { bfloat16: 16, complex64: 64, complex128: 128 }[type as string] ?? BITS[type] ?? 8;
    const rawData = Uint8Array.from({ length: Math.ceil((5 * width) / 8) }, (_, i) => i + 1);
    const bytes = withTensor({ dataType: ELEMENT_TYPES[type], rawData });
    expect(readModel(bytes).constants.get('w')).toEqual({ type, shape: [5], data: rawData });
    expect(rewritten(bytes).graph?.initializer[0]?.rawData).toEqual(rawData);
    const short = withTensor({ dataType: ELEMENT_TYPES[type], rawData: rawData.subarray(1) });
    expect(() => readModel(short)).toThrow(/declares \d+ bytes and holds/);
  });
  it('six bits to a number are packed as the format says: byte 0 = x0 | (x1 & 3) << 6, byte 1 = x1 >> 2 | (x2 & 15) << 4, byte 2 = x2 >> 4 | x3 << 2', () => {
    const x = [0x2a, 0x15, 0x3f, 0x01, 0x33] as const;
    const [a, b, c, d, e] = x;
    const read = readModel(withTensor({ dataType: ELEMENT_TYPES.float6e2m3, int32Data: [...x] }));
    expect([...(read.constants.get('w')?.data ?? [])]).toEqual([a | ((b & 3) << 6), (b >> 2) | ((c & 15) << 4), (c >> 4) | (d << 2), e]);
  });
});

describe('sparse weights', () => {
  const indices = (dims: bigint[], data: bigint[]) => ({ dims, dataType: 7, int64Data: data });
  const sparse = (dims: bigint[], at: object): Model =>
    ({
      graph: {
        output: [{ name: 's' }],
        sparseInitializer: [{ values: { name: 's', dims: [2n], dataType: 1, floatData: [5, 6] }, indices: at, dims }],
      },
    }) as Model;
  const read = (model: Model): Graph => readModel(bytesOf(model));
  it.each([
    ['one index for each value', indices([2n], [1n, 5n])],
    ['one for each dimension', indices([2n, 2n], [0n, 1n, 1n, 2n])],
  ])('are made dense: %s', (_, at) => {
    const tensor = read(sparse([2n, 3n], at)).constants.get('s');
    expect(tensor?.shape).toEqual([2, 3]);
    expect([...new Float32Array(tensor?.data.buffer as ArrayBuffer)]).toEqual([0, 5, 0, 0, 0, 6]);
  });
  it.each([
    ['indices outside', sparse([2n, 3n], indices([2n], [1n, 6n]))],
    ['an index outside its dimension', sparse([2n, 3n], indices([2n, 2n], [0n, 3n, 1n, 2n]))],
    ['negative indices', sparse([2n, 3n], indices([2n], [-1n, 5n]))],
    ['too few indices', sparse([2n, 3n], indices([1n], [1n]))],
    ['a size beyond measure', sparse([2n ** 40n, 2n ** 20n], indices([2n], [1n, 5n]))],
    ['a negative size', sparse([-2n, -3n], indices([2n], [1n, 5n]))],
  ])('are refused: %s', (_, model) =>
    expect(() => read(model)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^E_MODEL_UN/) })),
  );
});
