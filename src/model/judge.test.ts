/** The judge reads logits, probabilities and infinities, fills up fixed batches, and refuses what it cannot feed or read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph, Port } from '../onnx/graph.ts';
import { int64s } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import type { HostTensor, Runtime } from '../runtime/runtime.ts';
import { shapeFor } from './guess.ts';
import { createJudge, type Decision } from './judge.ts';
import { type ModelFile, readModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';

let dir: string;
let made = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gibbon-judge-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const numbers = (n: number): Preprocessing => ({
  modality: 'tensor',
  layout: 'none',
  channels: 'none',
  shape: [n],
  mean: [0],
  std: [1],
  resize: 'crop',
});

/** A file of the graph x ↦ x for rows of `n` numbers, changed. */
async function echo(n: number, batch: Port['shape'] = ['N'], change: (graph: Graph) => Graph = (graph) => graph): Promise<ModelFile> {
  const g = newGraph();
  const graph = g.finish({ y: g.mul(g.input('x', 'float32', [1, n]), g.scalar(1)) });
  const shape = [...(batch as (number | string)[]), n];
  const open: Graph = { ...graph, inputs: [{ name: 'x', type: 'float32', shape }], outputs: [{ name: 'y', type: 'float32', shape }] };
  const path = join(dir, `${made++}.onnx`);
  writeFileSync(path, writeModel(change(open)).bytes);
  return readModelFile(path);
}

async function decide(model: ModelFile, rows: readonly (readonly number[])[], runtime = ortNode): Promise<Decision[]> {
  const judge = await createJudge(model, numbers(rows[0]?.length as number), runtime);
  try {
    return await judge.decide(rows.map((row) => Float32Array.from(row)));
  } finally {
    await judge.release();
  }
}

/** Notes how many rows each run has. */
function counting(): { runtime: Runtime; counts: number[] } {
  const counts: number[] = [];
  const loadModel: Runtime['loadModel'] = async (model, options) => {
    const session = await ortNode.loadModel(model, options);
    const run: typeof session.run = (feeds, outputs) => {
      counts.push((feeds.x as HostTensor).shape[0] as number);
      return session.run(feeds, outputs);
    };
    return { ...session, run };
  };
  return { runtime: { ...ortNode, loadModel }, counts };
}

describe('confidence', () => {
  it('of logits is their softmax, of probabilities the probability itself', async () => {
    const [logits, probabilities] = await decide(await echo(3), [
      [2, 0, 0],
      [0.1, 0.7, 0.2],
    ]);
    expect(logits).toEqual({ label: 0, confidence: expect.closeTo(Math.E ** 2 / (Math.E ** 2 + 2), 6) });
    expect(probabilities).toEqual({ label: 1, confidence: expect.closeTo(0.7, 6) });
  });

  it('is a number for infinite logits', async () => {
    const inf = Number.POSITIVE_INFINITY;
    expect(
      await decide(await echo(3), [
        [0, inf, -inf],
        [-inf, 1, -inf],
        [-inf, -inf, -inf],
      ]),
    ).toEqual([
      { label: 1, confidence: 1 },
      { label: 1, confidence: 1 },
      { label: 0, confidence: expect.closeTo(1 / 3, 6) },
    ]);
  });
});

describe('rows per run', () => {
  const rows = (n: number): number[][] => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? [3, 0] : [0, 3]));

  it.each([1, 7, 50, 64])('is %d where the model says so', async (batch) => {
    const { runtime, counts } = counting();
    const decisions = await decide(await echo(2, [batch]), rows(60), runtime);
    expect(decisions.map(({ label }) => label)).toEqual(rows(60).map((_, i) => i % 2));
    expect(new Set(counts)).toEqual(new Set([batch]));
  });

  it('is what there is, up to 50, where it is open, and less for large inputs', async () => {
    const small = counting();
    await decide(await echo(2), rows(60), small.runtime);
    expect(small.counts).toEqual([1, 2, 50, 10]);
    const large = counting();
    const wide = Array.from({ length: 10 }, () => Array<number>(20_000).fill(0));
    await decide(await echo(20_000), wide, large.runtime);
    expect(large.counts).toEqual([1, 2, 7, 3]);
  });
});

describe('a model that takes statistics of the batch', () => {
  it('is asked row by row', async () => {
    const less = await echo(2, ['N'], (graph) => ({
      ...graph,
      constants: new Map([...graph.constants, ['axis', int64s([0])]]),
      nodes: [
        { op: 'ReduceMean', domain: '', name: 'm', inputs: ['x', 'axis'], outputs: ['mean'], attributes: {} },
        { op: 'Sub', domain: '', name: 's', inputs: ['x', 'mean'], outputs: ['less'], attributes: {} },
      ],
      outputs: [{ name: 'less', type: 'float32', shape: [null, 2] }],
    }));
    const rows = [
      [3, 1],
      [1, 3],
      [0, 9],
    ];
    const alone = await Promise.all(rows.map(async (row) => (await decide(less, [row]))[0]));
    expect(await decide(less, rows)).toEqual(alone);
  });
});

describe('models of other types', () => {
  it('are judged by their float output where labels come first', async () => {
    const labelled = await echo(2, ['N'], (graph) => ({
      ...graph,
      nodes: [...graph.nodes, { op: 'ArgMax', domain: '', name: 'a', inputs: ['y'], outputs: ['label'], attributes: {} }],
      outputs: [{ name: 'label', type: 'int64', shape: [null, null] }, ...graph.outputs],
    }));
    expect(await decide(labelled, [[0.2, 0.8]])).toEqual([{ label: 1, confidence: expect.closeTo(0.8, 6) }]);
  });

  it('are refused by name where the file’s output turns out to hold no floats', async () => {
    const model = await echo(2, ['N'], (graph) => ({
      ...graph,
      constants: new Map([...graph.constants, ['k', int64s([1])]]),
      nodes: [...graph.nodes, { op: 'Identity', domain: '', name: 'i', inputs: ['k'], outputs: ['label'], attributes: {} }],
      outputs: [...graph.outputs, { name: 'label', type: 'int64', shape: [1] }],
    }));
    const misread = { ...model, head: { ...model.head, output: 'label' } };
    await expect(decide(misread, [[1, 2]])).rejects.toMatchObject({
      code: 'E_MODEL_UNSUPPORTED',
      message: expect.stringContaining('int64'),
    });
  });

  it.each(['uint8', 'float16', 'float64', 'int64'] as const)('are refused by name where they take %s', async (type) => {
    const model = await echo(2);
    const typed = { ...model, input: { ...model.input, type } };
    const told = { code: 'E_MODEL_UNSUPPORTED', message: expect.stringContaining(type), hint: expect.stringContaining('float32') };
    await expect(decide(typed, [[1, 2]])).rejects.toMatchObject(told);
    const sample = { index: 0, id: '0', label: 0, shape: [8, 8, 3], data: new Float32Array(192) };
    expect(() => shapeFor({ ...typed.input, shape: [1, 2, 3, 4, 5] }, 'image', sample, {})).toThrow(expect.objectContaining(told));
  });
});
