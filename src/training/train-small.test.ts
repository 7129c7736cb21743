import { describe, expect, it } from 'vitest';
import type { Preprocessing } from '../model/preprocessing.ts';
import { createSurrogate } from '../model/surrogate.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import type { FitData } from './fit.ts';
import { type NetPlan, netGraph } from './small-net.ts';
import { affordable, type SmallNet, trainSmallNet } from './train-small.ts';

const form = (modality: Preprocessing['modality'], shape: readonly number[]): Preprocessing => ({
  ...{ modality, shape, mean: [0], std: [1], resize: 'stretch' },
  layout: modality === 'image' ? 'NCHW' : 'none',
  channels: modality === 'image' ? 'grayscale' : 'none',
});

/** Rows of noise in which one of three places (a quadrant, a column, a pitch) tells the class. */
function drawn(rows: Preprocessing, n: number, seed: number, mark: (row: Float32Array, label: number) => void): FitData {
  const size = sizeOf(rows.shape);
  const rng = keyedRng(seed, 'train-small');
  const images = new Float32Array(n * size);
  rng.fillUniform(images, 0, 0.4);
  const labels = Int32Array.from({ length: n }, () => rng.int(3));
  for (const [i, label] of labels.entries()) mark(images.subarray(i * size, (i + 1) * size), label);
  return { images, labels, shape: rows.shape };
}

async function accuracy({ plan, weights }: SmallNet, { images, labels }: FitData): Promise<number> {
  const member = { graph: async (batch: number) => netGraph(plan, batch, weights), inputs: (_: unknown, x: never) => new Map([['x', x]]) };
  const { judge } = createSurrogate([member], ortNode, { rows: plan.rows, classes: plan.classes, threads: 1 });
  const size = images.length / labels.length;
  const decisions = await judge.decide(Array.from(labels, (_, i) => images.slice(i * size, (i + 1) * size)));
  await judge.release();
  return decisions.filter(({ label }, i) => label === labels[i]).length / labels.length;
}

const KINDS: [string, Preprocessing, (row: Float32Array, label: number) => void][] = [
  [
    'pictures: which quarter is bright',
    form('image', [1, 12, 12]),
    (row, label) => {
      const [down, across] = [label < 2 ? 0 : 6, label === 1 ? 6 : 0];
      for (let y = 0; y < 6; y++)
        for (let x = 0; x < 6; x++) row[(down + y) * 12 + across + x] = 0.6 + 0.4 * (row[(down + y) * 12 + across + x] as number);
    },
  ],
  [
    'recordings: the pitch',
    form('waveform', [800]),
    (row, label) => {
      for (let t = 0; t < row.length; t++) row[t] = (row[t] as number) + 0.5 * Math.sin(t * [0.05, 0.3, 1.2][label]!);
    },
  ],
  [
    'numbers in uneven units: which is the largest',
    form('tensor', [3]),
    (row, label) => {
      row[label] = 0.6 + (row[label] as number);
      for (const [k, unit] of [1, 1000, 0.001].entries()) row[k] = 5 * unit + unit * (row[k] as number);
    },
  ],
];

describe('trainSmallNet', () => {
  it.each(KINDS)('%s', async (_, rows, mark) => {
    const plan: NetPlan = { rows, classes: 3 };
    const data = drawn(rows, 240, 1, mark);
    const trained = await trainSmallNet({ data, plan, seed: 3, budget: 6e9 }, ortNode);
    expect(await accuracy(trained, drawn(rows, 150, 2, mark))).toBeGreaterThan(0.9);
    const again = await trainSmallNet({ data, plan, seed: 3, budget: 6e9 }, ortNode);
    expect(again.weights).toEqual(trained.weights);
  });

  it('spends what it may: more epochs on fewer examples, and no more examples than four epochs allow', async () => {
    const rows = form('image', [1, 12, 12]);
    const plan = { rows, classes: 3 };
    const budget = 2e9;
    const most = affordable(plan, budget, false);
    const few = await trainSmallNet({ data: drawn(rows, 100, 1, () => {}), plan, seed: 0, budget }, ortNode);
    expect(few.epochs).toBe(Math.min(40, Math.floor((4 * most) / 100)));
    expect(affordable(plan, budget, true)).toBeLessThan(most);
    expect(affordable({ rows: form('image', [3, 224, 224]), classes: 1000 }, budget, true)).toBeLessThan(most / 20);
  });
});
