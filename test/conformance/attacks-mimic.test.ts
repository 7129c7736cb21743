/** Mimicry: as near to another example's representation as a ball allows, no question but those it reports, and what resembles another inside fools the student of the right teacher. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AttackSample, Proposal } from '../../src/attacks/attack.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import { createTeacher, type Teacher } from '../../src/model/teacher.ts';
import { int } from '../../src/onnx/graph.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { studentOf } from '../support/student.ts';
import { attacked, linearTarget, MNIST, mnist, preprocessing, standing, targetAt } from './attacks-fixtures.ts';

const MINUTE = 60_000;
const model = (name: string): string => new URL(`../../models/mnist-${name}.onnx`, import.meta.url).pathname;

const teacherAt = async (path: string, rows = MNIST): Promise<Teacher> =>
  createTeacher(await readModelFile(path), ortNode, { rows, threads: 1 });

/** Two layers, of which the first only turns the input: distances inside are distances outside. */
function turningFile(size: number): string {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, size]);
  // A Householder reflection.
  const v = new Float32Array(size);
  keyedRng(5, 'mimic', 'turn').fillNormal(v);
  const square = v.reduce((sum, a) => sum + a * a, 0);
  const turn = Array.from({ length: size * size }, (_, k) => {
    const [i, j] = [Math.floor(k / size), k % size];
    return (i === j ? 1 : 0) - (2 * (v[i] as number) * (v[j] as number)) / square;
  });
  const inner = g.node('MatMul', [x, g.constant(floats(turn, [size, size]), 'turn')]);
  const last = g.constant(floats(new Float32Array(3 * size).fill(1), [3, size]), 'last');
  const graph = g.finish({ logits: g.node('Gemm', [inner, last], { transB: int(1) }) }, 'turning');
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-turning-')), 'turning.onnx');
  const open = {
    ...graph,
    inputs: [{ name: 'x', type: 'float32' as const, shape: ['N', size] }],
    outputs: [{ name: 'logits', type: 'float32' as const, shape: ['N', 3] }],
  };
  writeFileSync(path, writeModel(open).bytes);
  return path;
}

describe('on a representation that keeps distances', () => {
  it('ends where the ball is nearest to the other example, in both norms', async () => {
    const size = 12;
    const rows = preprocessing([size], 'tensor');
    const teacher = await teacherAt(turningFile(size), rows);
    // A model that says 0 to everything, so that no example is left out early.
    const target = await linearTarget({ weights: [0, 1, 2].map(() => new Float32Array(size)), bias: Float32Array.of(1, 0, 0) });
    const rng = keyedRng(6, 'mimic', 'rows');
    const made = (index: number, label: number): AttackSample => {
      const x = new Float32Array(size);
      rng.fillNormal(x);
      return { index, x, label };
    };
    const samples = [0, 1, 2, 3].map((index) => made(index, 0));
    const [goal] = [made(9, 1)] as [AttackSample];
    const run = (norm: 'l2' | 'linf', epsilon: number): Promise<Proposal[]> =>
      attacked('mimic', target, samples, { norm, epsilon, params: { steps: 200, goals: 1 }, more: { teacher, starts: [goal] } });
    const gap = (a: Float32Array): Float32Array => a.map((v, i) => (goal.x[i] as number) - v);
    for (const [i, { candidate }] of (await run('l2', 0.7)).entries()) {
      const away = Math.hypot(...gap((samples[i] as AttackSample).x));
      expect(Math.hypot(...gap(candidate as Float32Array))).toBeLessThan(1.01 * (away - 0.7));
    }
    for (const [i, { candidate, queries, gradients }] of (await run('linf', 0.4)).entries()) {
      const nearest = Math.hypot(...gap((samples[i] as AttackSample).x).map((v) => Math.max(0, Math.abs(v) - 0.4)));
      expect(Math.hypot(...gap(candidate as Float32Array))).toBeLessThan(1.01 * nearest);
      expect([queries, gradients]).toEqual([1, 0]);
    }
    await target.release();
  });
});

describe('on a student of the natural MNIST model', () => {
  const all = mnist(560).map((one) => ({ ...one, label: one.label % 4 }));
  const [starts, samples] = [all.slice(0, 500), all.slice(500)];

  it(
    'the right teacher fools it where another network and noise do not, for the questions that it reports, whatever the company',
    async () => {
      const plain = await targetAt(await studentOf(model('natural'), { rows: MNIST, examples: starts, classes: 4 }), MNIST);
      let asked = 0;
      const answer: typeof plain.judge.answer = (rows) => {
        asked += rows.length;
        return plain.judge.answer(rows);
      };
      const target = { ...plain, judge: { ...plain.judge, answer } };
      const run = { norm: 'linf', epsilon: 0.2, params: { steps: 40, goals: 3 }, batch: 20 } as const;
      const by = async (teacher: Teacher): Promise<Proposal[]> => attacked('mimic', target, samples, { ...run, more: { teacher, starts } });
      const right = await teacherAt(model('natural'));
      const own = await by(right);
      // The last point of an example is for the judge to show.
      const shown = own.filter(({ queries }) => queries === 3).length;
      expect(own.reduce((sum, { queries }) => sum + queries, 0)).toBe(asked + shown);
      const other = await by(await teacherAt(model('adversarial')));
      const noise = await attacked('uniform-noise', plain, samples, { norm: 'linf', epsilon: 0.2, params: { repeats: 3 } });
      const left = await Promise.all([own, other, noise].map((proposals) => standing(plain, samples, proposals)));
      const [a, b, c] = left as [number, number, number];
      expect(a).toBeLessThan(0.3 * samples.length);
      expect(Math.min(b, c)).toBeGreaterThan(0.7 * samples.length);
      const [alone] = await attacked('mimic', target, samples.slice(7, 8), { ...run, batch: 1, more: { teacher: right, starts } });
      expect(alone).toEqual(own[7]);
      const aimed = await attacked('mimic', target, samples.slice(0, 3), {
        ...run,
        params: { steps: 2, goals: 1, target: 2, layer: 'conv2.relu' },
        more: { teacher: right, starts },
      });
      expect(aimed.map(({ goal }) => goal)).toEqual([2, 2, 2]);
      await plain.release();
    },
    MINUTE,
  );

  it('says what it lacks: a teacher, a layer, a class, examples of other classes', async () => {
    const target = await targetAt(model('natural'), MNIST);
    const teacher = await teacherAt(model('adversarial'));
    const run = (params: Record<string, unknown>, more: object): Promise<Proposal[]> =>
      attacked('mimic', target, samples.slice(0, 2), { norm: 'linf', epsilon: 0.1, params: { steps: 1, ...params }, more });
    await expect(run({}, {})).rejects.toMatchObject({ code: 'E_USAGE', hint: expect.stringContaining('--surrogate') });
    await expect(run({ layer: 'nowhere' }, { teacher })).rejects.toMatchObject({
      code: 'E_USAGE',
      hint: expect.stringContaining('dense1.relu, flat'),
    });
    await expect(run({ layer: 9 }, { teacher })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(run({ target: 10 }, { teacher })).rejects.toMatchObject({ code: 'E_USAGE' });
    const [one] = samples as [AttackSample];
    expect(await run({}, { teacher, starts: [one] })).toEqual(
      samples
        .slice(0, 2)
        .map(({ index, label }) =>
          label === one.label ? { index, candidate: undefined, queries: 0, gradients: 0 } : expect.objectContaining({ queries: 1 }),
        ),
    );
    await expect(teacherAt(model('natural'), preprocessing([3, 32, 32]))).rejects.toMatchObject({ code: 'E_NOT_APPLICABLE' });
    await target.release();
  });
});
