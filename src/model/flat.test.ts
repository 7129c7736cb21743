/** Pictures in front of a model with a flat input [N, 784]: read as they are, found by the labels, and drawn as the squares they were. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../data/dataset.ts';
import { floats } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { candidates, findPreprocessing, type PreprocessingFlags, shapeFor } from './guess.ts';
import { createJudge } from './judge.ts';
import { readModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';
import { toBytes, toRow } from './rows.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gibbon-flat-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const noResize = async (): Promise<Float32Array> => {
  throw new Error('a flat input is never resized');
};

/** Class k is bright in the k-th of four bands of seven lines. */
function picture(index: number): Sample {
  const label = index % 4;
  const data = Float32Array.from(
    { length: 784 },
    (_, i) => (Math.floor(i / 196) === label ? 200 + ((i * 7 + index) % 50) : (i * 13 + index) % 60) / 255,
  );
  return { index, id: `${index}`, label, shape: [28, 28, 1], data };
}

/** Sums each band of what lies between 0 and 1.2; on another scale the dark ones count for more. */
function banded(): string {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 784]);
  const weights = Array.from({ length: 784 * 4 }, (_, i) => (Math.floor(Math.floor(i / 4) / 196) === i % 4 ? 0.05 : -0.02));
  const above = g.max(g.sub(x, g.scalar(1.2)), g.scalar(0));
  const bright = g.sub(g.max(x, g.mul(x, g.scalar(-4))), g.mul(above, g.scalar(2)));
  const graph = g.finish({ scores: g.matmul(bright, g.constant(floats(weights, [784, 4]))) });
  const path = join(dir, 'banded.onnx');
  const open = {
    ...graph,
    inputs: [{ name: 'x', type: 'float32' as const, shape: ['N', 784] }],
    outputs: [{ name: 'scores', type: 'float32' as const, shape: ['N', 4] }],
  };
  writeFileSync(path, writeModel(open).bytes);
  return path;
}

const flat = (n: number): Preprocessing => ({
  modality: 'image',
  layout: 'none',
  channels: 'none',
  shape: [n],
  mean: [0],
  std: [1],
  resize: 'crop',
});

describe('a flat image input', () => {
  it('is found by the labels, without ways of resizing', async () => {
    const samples = Array.from({ length: 40 }, (_, i) => picture(i));
    const model = await readModelFile(banded());
    const { preprocessing, tried } = await findPreprocessing({
      input: model.input,
      judge: (p) => createJudge(model, p, ortNode),
      modality: 'image',
      samples,
      labels: samples.map(({ label }) => label as number),
      flags: {},
      resize: noResize,
    });
    expect(preprocessing).toMatchObject({ shape: [784], layout: 'none' });
    expect(tried[0]?.accuracy).toBe(1);
    expect(tried.every(({ description }) => !/crop|stretched/.test(description))).toBe(true);
  });

  it('gets the numbers of the sample in their order', async () => {
    const sample = picture(3);
    expect(await toRow(sample, flat(784), noResize)).toEqual(sample.data);
  });

  it('gets colour plane by plane where the model wants it so, and is drawn from that', async () => {
    const sample: Sample = { index: 0, id: '0', label: 0, shape: [2, 2, 3], data: Float32Array.from({ length: 12 }, (_, i) => i / 255) };
    const planes = { ...flat(12), layout: 'NCHW' } as const;
    const row = await toRow(sample, planes, noResize);
    expect(Array.from(row, (v) => Math.round(v * 255))).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
    expect(toBytes(row, planes)).toEqual({ height: 2, width: 2, channels: 3, data: Uint8Array.from({ length: 12 }, (_, i) => i) });
  });

  it('of colour is tried in both orders, unless the user says which', () => {
    const sample: Sample = { index: 0, id: '0', label: 0, shape: [2, 2, 3], data: new Float32Array(12) };
    const port = { name: 'x', type: 'float32', shape: ['N', 12] } as const;
    const layouts = (flags: PreprocessingFlags): string[] => [
      ...new Set(candidates(shapeFor(port, 'image', sample, flags), 'image', flags).map(({ layout }) => layout)),
    ];
    expect(layouts({})).toEqual(['NHWC', 'NCHW']);
    expect(layouts({ mean: [0.5], std: [0.5] })).toEqual(['NHWC', 'NCHW']);
    expect(layouts({ layout: 'NCHW' })).toEqual(['NCHW']);
    expect(layouts({ layout: 'NHWC' })).toEqual(['NHWC']);
  });

  it('refuses pictures of another size', async () => {
    await expect(toRow(picture(0), flat(100), noResize)).rejects.toMatchObject({ code: 'E_DATA_SHAPE' });
  });

  it.each([
    [784, { height: 28, width: 28, channels: 1 }],
    [3072, { height: 32, width: 32, channels: 3 }],
    [10, { height: 1, width: 10, channels: 1 }],
  ] as const)('of %d numbers is drawn', (n, size) => {
    const row = Float32Array.from({ length: n }, (_, i) => (i % 256) / 255);
    const drawn = toBytes(row, flat(n));
    expect(drawn).toMatchObject(size);
    expect(Array.from(drawn.data)).toEqual(Array.from({ length: n }, (_, i) => i % 256));
  });
});
