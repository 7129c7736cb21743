/** On a linear model the surest point of the ball is a corner, and its confidence has a closed form. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readModelFile } from '../../model/model-file.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { createTarget } from '../../model/target.ts';
import { floats } from '../../onnx/tensor.ts';
import { writeModel } from '../../onnx/write.ts';
import { newGraph } from '../../ops/table.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import type { Subject } from '../subject.ts';
import type { Opened } from '../work.ts';
import { type Determined, determinedTask } from './determined.ts';

const dir = mkdtempSync(join(tmpdir(), 'gibbon-determined-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Logit differences of class 1 to class 0 for each input. */
const W = [2, -1, 0.5, -3];
const EPSILON = 0.25;

async function opened(inputs: readonly (readonly number[])[]): Promise<Opened> {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 4]);
  const weights = W.flatMap((w) => [0, w]);
  const path = join(dir, 'linear.onnx');
  writeFileSync(path, writeModel(g.finish({ y: g.matmul(x, g.constant(floats(weights, [4, 2]))) }, 'linear')).bytes);
  const p: Preprocessing = { modality: 'tensor', layout: 'none', channels: 'none', shape: [4], mean: [0], std: [1], resize: 'crop' };
  const target = await createTarget(await readModelFile(path), p, ortNode);
  const rows: Opened['rows'] = async (indices) =>
    indices.map((index) => ({ sample: { index, id: String(index) }, row: Float32Array.from(inputs[index] as readonly number[]) }));
  return {
    target,
    kind: 'logits',
    rows,
    dataset: {
      modality: 'tensor',
      length: 1,
      labelNames: undefined,
      labels: undefined,
      id: String,
      hash: async () => '',
      read: async () => [],
    },
  };
}

it('reaches the corner of the ball, and says where it did not fool', async () => {
  const inputs = [
    [0.5, 0.5, 0.5, 0.5],
    [0, 0.4, 0.2, 0.1],
    [0, 3, 0, 3],
  ];
  const one = await opened(inputs);
  const found: Determined[] = [];
  const subject: Subject = { model: '', data: { path: '' }, flags: {}, threads: 1, seed: 0, preprocessing: one.target.preprocessing };
  const items = inputs.map((_, index) => ({ index, label: 0, goal: 1 }));
  await determinedTask.run({ subject, epsilon: EPSILON, steps: 40 }, items, {
    open: async () => one,
    runtime: ortNode,
    progress: () => {},
    alive: () => {},
    finished: async (rows) => void found.push(...rows),
  });
  const reach = EPSILON * W.reduce((sum, w) => sum + Math.abs(w), 0);
  for (const [i, input] of inputs.entries()) {
    const margin = input.reduce((sum, v, k) => sum + v * (W[k] as number), 0) + reach;
    const wrong = 1 / (1 + Math.exp(-margin));
    expect(found[i]?.fooled).toBe(margin > 0);
    expect(found[i]?.confidence).toBeCloseTo(Math.max(wrong, 1 - wrong), 5);
  }
  expect(found.map(({ fooled }) => fooled)).toEqual([true, true, false]);
  await one.target.release();
});
