import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { bridgeBetween } from './bridge.ts';
import { readModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';
import { createSurrogate, fileMember, type Member } from './surrogate.ts';
import { createTarget, type Target } from './target.ts';

const MNIST: Preprocessing = {
  modality: 'image',
  layout: 'NCHW',
  channels: 'grayscale',
  shape: [1, 28, 28],
  mean: [0],
  std: [1],
  resize: 'stretch',
};
/** The rows of some other model for the same pictures. */
const ROWS: Preprocessing = { ...MNIST, layout: 'NHWC', shape: [28, 28, 1], mean: [0.1307], std: [0.3081] };
const path = (name: string): string => new URL(`../../models/mnist-${name}.onnx`, import.meta.url).pathname;

const rows = Array.from({ length: 40 }, (_, i) => {
  const row = new Float32Array(784);
  keyedRng(1, 'surrogate', i).fillUniform(row, 0, 1);
  return row;
});

async function member(name: string, classes?: readonly number[]): Promise<Member> {
  const found = bridgeBetween(ROWS, MNIST);
  if ('reason' in found) throw new Error(found.reason);
  return fileMember(await readModelFile(path(name)), { preprocessing: MNIST, bridge: found.bridge, classes }, ortNode);
}

const OPTIONS = { rows: ROWS, classes: 10, threads: 1 };

describe('createSurrogate', () => {
  let models: Target[];
  beforeAll(async () => {
    models = [];
    for (const name of ['natural', 'adversarial']) models.push(await createTarget(await readModelFile(path(name)), MNIST, ortNode));
  });
  afterAll(() => Promise.all(models.map((model) => model.release())));

  const near = (made: readonly Float32Array[], expected: readonly Float32Array[]): void => {
    for (const [i, row] of made.entries()) for (const [k, value] of row.entries()) expect(value).toBeCloseTo(expected[i]?.[k] as number, 3);
  };

  it('gives the scores of the file, for rows of another form', async () => {
    const surrogate = createSurrogate([await member('natural')], ortNode, OPTIONS);
    near(await surrogate.judge.scores(rows), await (models[0] as Target).judge.scores(rows));
    await surrogate.release();
  });

  it('numbers the classes as the audited model does', async () => {
    const classes = [9, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    const surrogate = createSurrogate([await member('natural', classes)], ortNode, OPTIONS);
    const own = await (models[0] as Target).judge.scores(rows);
    near(
      await surrogate.judge.scores(rows),
      own.map((scores) => Float32Array.from(classes, (theirs) => scores[theirs] as number)),
    );
    await surrogate.release();
  });

  it('of several, the mean of the logits', async () => {
    const surrogate = createSurrogate([await member('natural'), await member('adversarial')], ortNode, OPTIONS);
    const [a, b] = [await (models[0] as Target).judge.scores(rows), await (models[1] as Target).judge.scores(rows)];
    near(
      await surrogate.judge.scores(rows),
      a.map((scores, i) => scores.map((score, k) => (score + (b[i]?.[k] as number)) / 2)),
    );
    await surrogate.release();
  });
});
