/** The blind baseline finds a difference of two sets that a line can see, none where there is none, and only in what it was not fitted on. */
import { describe, expect, it } from 'vitest';
import { keyedRng } from '../../rng/rng.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import type { Subject } from '../subject.ts';
import type { Opened } from '../work.ts';
import { type BlindReply, blindTask } from './blind.ts';

const SIZE = 30;

/** 400 rows of normal numbers, the first shifted. */
function side(name: string, shift: number, labels: (i: number) => number, size = SIZE) {
  const preprocessing = {
    modality: 'tensor',
    layout: 'none',
    channels: 'none',
    shape: [size],
    mean: [0],
    std: [1],
    resize: 'crop',
  } as const;
  const subject: Subject = { model: name, data: { path: name }, flags: {}, threads: 1, seed: 0, preprocessing };
  const rows: Opened['rows'] = async (indices) =>
    indices.map((index) => {
      const row = new Float32Array(size);
      keyedRng(0, name, index).fillNormal(row);
      row[0] = (row[0] as number) + shift;
      return { sample: { index, id: String(index) }, row };
    });
  return { subject, rows, items: Array.from({ length: 400 }, (_, index) => ({ index, label: labels(index) })) };
}

async function blind(members: ReturnType<typeof side>, others: ReturnType<typeof side>): Promise<BlindReply> {
  const open = async (subject: Subject): Promise<Opened> => {
    const { rows } = subject.model === members.subject.model ? members : others;
    const target = { size: subject.preprocessing.shape[0] as number } as Opened['target'];
    return {
      target,
      kind: 'logits',
      rows,
      dataset: {
        modality: 'tensor',
        length: 400,
        labelNames: undefined,
        labels: undefined,
        id: String,
        hash: async () => '',
        read: async () => [],
      },
    };
  };
  return blindTask.run({ members, others, classes: 2, seed: 0 }, { open, runtime: ortNode, alive: () => {}, progress: () => {} });
}

const even = (i: number): number => i % 2;

describe('the blind baseline', () => {
  it('is at chance on two samples of one population', async () => {
    const { auc, low, high, n } = await blind(side('a', 0, even), side('b', 0, even));
    expect(n).toBe(800);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
    expect(Math.abs(auc - 0.5)).toBeLessThan(0.05);
  });

  it('comes near the best line through two populations', async () => {
    // Φ(d′/√2) for d′ = 1.5 is 0.856; 400 rows fit 32 weights with some loss.
    const { auc } = await blind(side('a', 1.5, even), side('b', 0, even));
    expect(auc).toBeGreaterThan(0.8);
    expect(auc).toBeLessThan(0.87);
  });

  it('sees other shares of the classes, and a shift in long rows through their sketch', async () => {
    const classes = await blind(
      side('a', 0, () => 0),
      side('b', 0, even),
    );
    expect(classes.low).toBeGreaterThan(0.6);
    const long = await blind(side('a', 12, even, 700), side('b', 0, even, 700));
    expect(long.low).toBeGreaterThan(0.9);
  });
});
