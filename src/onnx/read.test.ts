/** The file format: what is written reads back the same, and what is damaged is refused with a hint. */

import { create, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GibbonError } from '../base/errors.ts';
import type { ExternalData, ExternalFile } from './external.ts';
import { ModelProtoSchema } from './generated/onnx_pb.js';
import { type Attribute, type Graph, int } from './graph.ts';
import { readModel } from './read.ts';
import { bools, ELEMENT_TYPES, type ElementType, floats, int64s, numbers, type Tensor } from './tensor.ts';
import { writeModel } from './write.ts';

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const strings: Tensor = { type: 'string', shape: [2], data: new Uint8Array(), strings: ['a', 'β'] };

const opsets = new Map([
  ['', 18],
  ['com.example', 1],
]);

const inner: Graph = {
  name: 'branch',
  opsets,
  inputs: [],
  outputs: [{ name: 'z', type: 'float32', shape: [1] }],
  nodes: [],
  constants: new Map([['z', floats([1], [1])]]),
};

const attributes: Record<string, Attribute> = {
  a: int(-(2 ** 40)),
  b: { kind: 'float', value: 0.5 },
  c: { kind: 'string', value: 'naïve' },
  d: { kind: 'ints', value: [1, -2] },
  e: { kind: 'floats', value: [0.25, -1] },
  f: { kind: 'strings', value: ['x', ''] },
  g: { kind: 'tensor', value: int64s([3, 4]) },
  h: { kind: 'graph', value: inner },
};

const model: Graph = {
  name: 'net',
  opsets,
  inputs: [
    { name: 'x', type: 'float32', shape: ['N', 3, null] },
    { name: 'u', type: 'uint8', shape: null },
  ],
  outputs: [{ name: 'y', type: 'int64', shape: [] }],
  nodes: [{ op: 'Op', domain: 'com.example', name: 'n', inputs: ['x', '', 'w'], outputs: ['y', ''], attributes }],
  constants: new Map<string, Tensor>([
    ['w', floats([1.5, -2], [2, 1])],
    ['d', floats([1e-300], [], 'float64')],
    ['i', int64s([-1, 2 ** 50])],
    ['b', bools([true, false])],
    ['e', floats([], [0, 3])],
    ['s', strings],
    ['h', { type: 'float16', shape: [1], data: bytesOf(Uint16Array.of(0x3c00)) }],
  ]),
};

const inMemory = (bytes: Uint8Array): ExternalFile => ({
  size: bytes.byteLength,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});

/** Without what every file says of who made it. */
const bare = ({ keptOfModel: _, ...graph }: Graph): Graph => graph;

const thrownBy = (run: () => unknown): GibbonError => {
  try {
    run();
  } catch (error) {
    if (error instanceof GibbonError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const unreadable = (bytes: Uint8Array, external?: ExternalData): GibbonError => thrownBy(() => readModel(bytes, external));

describe('a model written and read', () => {
  it('is the same model', () => expect(bare(readModel(writeModel(model).bytes))).toEqual(model));
  it('is the same with its constants outside', () => {
    const { bytes, blobs } = writeModel(model, 1);
    expect(blobs.length).toBeGreaterThan(2);
    const disk: ExternalData = (path) => inMemory(blobs.find((blob) => blob.path === path)?.data as Uint8Array);
    expect(bare(readModel(bytes, disk))).toEqual(model);
  });
  it('may have no nodes at all', () => {
    const empty: Graph = { ...model, nodes: [], constants: new Map(), outputs: [{ name: 'x', type: 'float32', shape: ['N', 3, null] }] };
    expect(bare(readModel(writeModel(empty).bytes))).toEqual(empty);
  });
  it('reads numbers that are not raw bytes', () => {
    const tensor = (name: string, type: ElementType, data: object): object => ({
      name,
      dims: [2n],
      dataType: ELEMENT_TYPES[type],
      ...data,
    });
    const initializer = [
      tensor('f', 'float32', { floatData: [1, -2] }),
      tensor('d', 'float64', { doubleData: [1, -2] }),
      tensor('l', 'int64', { int64Data: [1n, -2n] }),
      tensor('i', 'int32', { int32Data: [1, -2] }),
      tensor('b', 'int8', { int32Data: [1, -2] }),
      tensor('s', 'int16', { int32Data: [1, -2] }),
    ];
    const bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: { initializer, output: [{ name: 'f' }] } } as never));
    for (const constant of readModel(bytes).constants.values()) expect(numbers(constant)).toEqual([1, -2]);
  });
});

describe('a file that is no model', () => {
  it.each([
    ['empty', new Uint8Array(), 'no graph'],
    ['a Git LFS pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n'), 'Git LFS'],
    ['a zip archive, as PyTorch saves', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 8), '.pt'],
    ['an HDF5 file', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), '.h5'],
    ['an HTML page', new TextEncoder().encode('<!DOCTYPE html><html><head><title>404</title>'), 'ONNX'],
    ['text', new TextEncoder().encode('hello, world\n'), 'ONNX'],
  ])('is refused with a hint: %s', (_, bytes, words) => {
    const { code, message, hint } = unreadable(bytes);
    expect({ code, text: `${message} ${hint}` }).toEqual({ code: 'E_MODEL_UNREADABLE', text: expect.stringContaining(words) });
  });
  it('may be cut anywhere: it is refused or, at a field boundary, still a model', () => {
    const { bytes } = writeModel(model);
    for (let end = 0; end < bytes.length; end++) {
      try {
        readModel(bytes.subarray(0, end));
      } catch (error) {
        expect(error).toMatchObject({
          code: expect.stringMatching(/^E_MODEL_(UNREADABLE|UNSUPPORTED)$/),
          hint: expect.stringMatching(/.{20}/),
        });
      }
    }
  });
  it('may have any bytes changed: it is read, or refused with a hint', () => {
    const { bytes } = writeModel(model);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = bytes.slice();
        for (const [at, value] of changes) damaged[at] = value;
        try {
          readModel(damaged);
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^E_MODEL_(UNREADABLE|UNSUPPORTED)$/),
            hint: expect.stringMatching(/.{20}/),
          });
        }
      }),
      { numRuns: 2000, seed: 20260101 },
    );
  });
});

describe('tensors that lie', () => {
  const withTensor = (tensor: object): Uint8Array =>
    toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, { graph: { initializer: [{ name: 'w', dataType: 1, ...tensor }], output: [{ name: 'w' }] } } as never),
    );

  it.each([
    ['more than they hold', { dims: [2n ** 40n, 2n ** 20n], rawData: new Uint8Array(8) }],
    ['so much that the product overflows', { dims: [2n ** 62n, 2n ** 62n, 4n], rawData: new Uint8Array(8) }],
    ['less than they hold', { dims: [1n], rawData: new Uint8Array(8) }],
    ['a negative size', { dims: [-1n, -2n], rawData: new Uint8Array(8) }],
    ['nothing where a size is huge', { dims: [2n ** 50n] }],
    ['strings they lack', { dims: [3n], dataType: 8, stringData: [] }],
  ])('are refused: they declare %s', (_, tensor) => {
    expect(unreadable(withTensor(tensor))).toMatchObject({ code: 'E_MODEL_UNREADABLE', hint: expect.stringContaining('damaged') });
  });

  const outside = (entries: Record<string, string>): Uint8Array =>
    withTensor({ dims: [2n], dataLocation: 1, externalData: Object.entries(entries).map(([key, value]) => ({ key, value })) });
  const disk: ExternalData = () => inMemory(new Uint8Array(16));

  it.each(['../secret', '/etc/passwd', 'a/../../b', '..\\b', '\\\\host\\share', 'C:\\b', 'c:b', 'a\0b', ''])(
    'may not name a file outside the folder: %j',
    (location) => {
      expect(unreadable(outside({ location }), disk)).toMatchObject({
        code: 'E_MODEL_UNSUPPORTED',
        hint: expect.stringContaining('beside the model'),
      });
    },
  );
  it.each([
    { offset: '12', length: '8' },
    { offset: '-8', length: '8' },
    { offset: 'x' },
    { offset: '0', length: '1e9' },
    { offset: '0.5', length: '8' },
    { offset: '0', length: '-8' },
  ])('may not read past their file: %o', (range) => {
    expect(unreadable(outside({ location: 'w.bin', ...range }), disk)).toMatchObject({
      code: 'E_MODEL_UNREADABLE',
      hint: expect.stringContaining('damaged'),
    });
  });
  it('read their part of the file', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    const read = readModel(outside({ location: 'w.bin', offset: '8', length: '8' }), () => inMemory(bytesOf(values)));
    expect(numbers(read.constants.get('w') as Tensor)).toEqual([3, 4]);
  });
  it('report a missing file as the model being incomplete', () => {
    const gone = unreadable(outside({ location: 'w.bin' }), () => {
      throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    });
    expect(gone).toMatchObject({ code: 'E_MODEL_UNREADABLE', hint: expect.stringContaining('beside the model') });
  });
});
