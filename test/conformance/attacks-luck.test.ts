/**
 * Attacks that see scores or labels, on a model that answers wrongly by luck: the shipped MNIST network of which every seventh answer is another class, while
 * votes go to the network's own decision. No search may end at luck, and none may ask more than its budget.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import { mostOf } from '../../src/attacks/most.ts';
import { attackOf } from '../../src/attacks/registry.ts';
import { VOTES } from '../../src/model/judge.ts';
import type { Target } from '../../src/model/target.ts';
import type { NumericMetric } from '../../src/threat/metric.ts';
import { attacked, MNIST, mnist, targetAt } from './attacks-fixtures.ts';

const LUCKY = 7;
const CLASSES = 10;

let honest: Target;
let samples: AttackSample[];
beforeAll(async () => {
  honest = await targetAt(join(import.meta.dirname, '../../models/mnist-natural.onnx'), MNIST);
  samples = mnist(3);
});
afterAll(() => honest.release());

/** The target, asked `asked()` times, votes included. */
function lucky(): { target: Target; asked(): number } {
  let count = 0;
  const { judge } = honest;
  const isLuck = (): boolean => ++count % LUCKY === 0;
  return {
    asked: () => count,
    target: {
      ...honest,
      judge: {
        ...judge,
        votes: VOTES,
        decide: async (rows) => {
          count += VOTES * rows.length;
          return judge.decide(rows);
        },
        answer: async (rows) => (await judge.decide(rows)).map((own) => (isLuck() ? { ...own, label: (own.label + 1) % CLASSES } : own)),
        classScores: async (rows) =>
          (await judge.classScores(rows)).map((own) => (isLuck() ? own.map((_, i) => own[(i + 1) % CLASSES] as number) : own)),
      },
    },
  };
}

type Case = readonly [id: string, norm: NumericMetric, epsilon: number, params: Record<string, number>, rest: number];

/** So close that nothing but luck fools the network: what an attack may leave of its questions is too few for another round, or a vote. */
const SCORES: readonly Case[] = [
  ['spsa', 'linf', 1e-4, { steps: 8, directions: 2 }, 4],
  ['nes', 'linf', 1e-4, { steps: 8, directions: 2 }, 4],
  ...Array.from({ length: VOTES }, (_, i): Case => ['square', 'linf', 1e-4, { maxQueries: 20 + i }, VOTES]),
  ['square', 'l2', 1e-4, { maxQueries: 60 }, VOTES],
  ['cube', 'linf', 1e-4, { maxQueries: 60 }, VOTES],
  ['one-pixel', 'l0', 1, { population: 12, generations: 4 }, 11],
];

describe('scores', () => {
  it.each(SCORES)('%s in %s asks on to the end of its budget, and no further', async (id, norm, epsilon, params, rest) => {
    const { queries: most } = mostOf(attackOf(id), params, { classes: CLASSES, norm });
    for (const sample of samples) {
      const { target, asked } = lucky();
      const [proposal] = await attacked(id, target, [sample], { norm, epsilon, params });
      expect(proposal?.queries).toBe(asked());
      expect(asked()).toBeLessThanOrEqual(most);
      expect(asked()).toBeGreaterThanOrEqual(most - rest);
    }
  });
});

/** A search that takes luck for success ends inside the first class, or at the example itself. */
const LABELS: readonly [string, NumericMetric, Record<string, number>][] = [
  ['hop-skip-jump', 'l2', { maxQueries: 600 }],
  ['hop-skip-jump', 'linf', { maxQueries: 600 }],
  ['boundary', 'l2', { maxQueries: 600 }],
  ['rays', 'linf', { maxQueries: 600 }],
  ['dataset-attack', 'l2', { maxQueries: 300 }],
  ['spatial', 'linf', { maxQueries: 300 }],
  ['photometric', 'linf', { maxQueries: 300 }],
];

describe('labels', () => {
  it.each(LABELS)('%s in %s ends at a point that fools the model in a vote, or at none', async (id, norm, params) => {
    let found = 0;
    for (const sample of samples) {
      const { target, asked } = lucky();
      const [proposal] = await attacked(id, target, [sample], { norm, epsilon: 1e-4, params, more: { starts: mnist(20) } });
      expect(proposal?.queries).toBe(asked());
      expect(asked()).toBeLessThanOrEqual(params.maxQueries as number);
      if (proposal?.candidate === undefined) continue;
      found++;
      const [decision] = await honest.judge.decide([proposal.candidate]);
      expect(decision?.label).not.toBe(sample.label);
    }
    // Turns within their limits and changes of contrast leave most of these pictures what they are.
    if (id !== 'spatial' && id !== 'photometric') expect(found).toBe(samples.length);
  });
});
