/** The substitute that learns from labels alone: exact in its questions, the same for every part of an audit, and what fools it fools the model. */
import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/model/target.ts';
import { absent, attacked, because, fixture, MNIST, mnist, standing, targetAt } from './attacks-fixtures.ts';

const MINUTE = 60_000;

/** Counts the questions that the model is asked for labels. */
function counted(target: Target): { target: Target; asked: () => number } {
  let asked = 0;
  const answer: Target['judge']['answer'] = (rows) => {
    asked += rows.length;
    return target.judge.answer(rows);
  };
  return { target: { ...target, judge: { ...target.judge, answer } }, asked: () => asked };
}

describe.skipIf(absent)(`on LeNet5${because}`, () => {
  it(
    'asks for each row once, does not depend on who is attacked beside whom, and carries over',
    async () => {
      const plain = await targetAt(fixture('mnist/mnist_lenet5_clntrained.onnx'), MNIST);
      const all = mnist(250);
      const [starts, samples] = [all.slice(0, 150), all.slice(150)];
      const params = { rounds: 3, epochs: 5 };
      const run = { norm: 'linf', epsilon: 0.3, params, batch: 50, more: { starts } } as const;
      const { target, asked } = counted(plain);
      const proposals = await attacked('substitute', target, samples, run);
      expect(asked()).toBe(150 * 4);
      for (const { queries, gradients, training } of proposals) expect([queries, gradients, training]).toEqual([0, 0, 150 * 4]);
      const [part] = await attacked('substitute', counted(plain).target, samples.slice(40, 41), run);
      expect(part?.candidate).toEqual(proposals[40]?.candidate);
      for (const [i, { candidate }] of proposals.entries()) {
        const x = samples[i]?.x as Float32Array;
        for (const [k, v] of (candidate as Float32Array).entries()) {
          expect(Math.abs(v - (x[k] as number))).toBeLessThanOrEqual(0.3 + 1e-6);
          if (v < 0 || v > 1) expect.fail(`${v} is no pixel`);
        }
      }
      const noise = await attacked('uniform-noise', plain, samples, { norm: 'linf', epsilon: 0.3, params: { repeats: 1 } });
      const left = await standing(plain, samples, proposals);
      const noisy = await standing(plain, samples, noise);
      expect(left).toBeLessThan(noisy - 10);
      await plain.release();
    },
    MINUTE,
  );
});
