/** What a worker gets ready is what is then asked for; and what the first look answered is what the clean pass would have. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpz } from '../data/npy-write.ts';
import { int } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { expect as getReady } from './expect.ts';
import { prepare } from './prepare.ts';
import type { CleanReply, Subject, SubjectSpec } from './subject.ts';
import { clean, type Opened, opener } from './work.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gibbon-expect-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const EXAMPLES = 30;

/** Photos of one colour, and a model that names it by the channels' means. */
function written(side: number): Pick<SubjectSpec, 'model' | 'data'> {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 3, side, side]);
  const means = g.node('ReduceMean', [x, g.ints([2, 3])], { keepdims: int(0) });
  const graph = g.finish({ scores: g.matmul(means, g.constant(floats([9, 0, 0, 0, 9, 0, 0, 0, 9], [3, 3]))) });
  const inputs = [{ name: 'x', type: 'float32' as const, shape: ['N', 3, side, side] }];
  const outputs = [{ name: 'scores', type: 'float32' as const, shape: ['N', 3] }];
  const model = join(dir, `colours-${side}.onnx`);
  writeFileSync(model, writeModel({ ...graph, inputs, outputs }).bytes);
  const pixels = new Float32Array(EXAMPLES * 3 * side * side);
  for (let i = 0; i < pixels.length; i++) {
    const plane = Math.floor(i / (side * side));
    pixels[i] = (plane % 3 === Math.floor(plane / 3) % 3 ? 0.6 : 0.2) + ((i * 7) % 100) / 1000;
  }
  const data = join(dir, `colours-${side}.npz`);
  const labels = Array.from({ length: EXAMPLES }, (_, i) => i % 3);
  const columns = {
    x: { data: pixels, shape: [EXAMPLES, 3, side, side], dtype: 'float32' as const },
    y: { data: labels, shape: [EXAMPLES], dtype: 'int32' as const },
  };
  writeFileSync(data, writeNpz(columns));
  return { model, data: { path: data } };
}

const told = { mean: [0], std: [1], channels: 'rgb' as const };
const specOf = (side: number, flags: SubjectSpec['flags']): SubjectSpec => ({ ...written(side), flags, threads: 1, seed: 0 });
const pgd = { id: 'pgd', params: { steps: 40 }, norm: 'linf' as const };

/** Opens for real and notes what was asked for. */
function noting(): { open: (subject: Subject) => Promise<Opened>; asked: Subject[]; opened: Promise<Opened>[] } {
  const [asked, opened]: [Subject[], Promise<Opened>[]] = [[], []];
  const own = opener(ortNode);
  return {
    asked,
    opened,
    open: (subject) => {
      asked.push(subject);
      opened.push(own(subject));
      return opened.at(-1) as Promise<Opened>;
    },
  };
}

describe('getting ready', () => {
  it('opens the very subject that the first look finds where the user has said how to read it', async () => {
    const spec = specOf(8, told);
    const { open, asked, opened } = noting();
    await getReady({ spec, attack: pgd }, ortNode, open);
    const { preprocessing } = await prepare(spec, ortNode);
    expect(asked.map((subject) => JSON.stringify(subject))).toEqual([JSON.stringify({ ...spec, preprocessing })]);
    expect((await opened[0])?.target.batches()).toEqual([]);
  });

  it('compiles the graph of a single row for large inputs', async () => {
    const { open, opened } = noting();
    await getReady({ spec: specOf(192, told), attack: pgd }, ortNode, open);
    expect((await opened[0])?.target.batches()).toEqual([1]);
  });

  it('opens nothing where there is something to guess', async () => {
    const { open, asked } = noting();
    await getReady({ spec: specOf(8, {}), attack: pgd }, ortNode, open);
    expect(asked).toEqual([]);
  });
});

it('the first look answers what the clean pass would', async () => {
  const spec = specOf(8, told);
  const { preprocessing, answers } = await prepare(spec, ortNode);
  expect(answers.length).toBe(EXAMPLES);
  const replies: CleanReply[] = [];
  await clean(
    await opener(ortNode)({ ...spec, preprocessing }),
    answers.map(({ index }) => index),
    async (made) => {
      replies.push(...made);
    },
  );
  expect(answers).toEqual(replies);
});
