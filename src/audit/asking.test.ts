/** What a journal entry depends on. */
import { expect, it } from 'vitest';
import { createAsking, type Setting } from './asking.ts';
import { type Prepared, type SubjectSpec, subjectOf } from './subject.ts';

const keyWith = (prepared: object): string =>
  createAsking({ build: 'b', journal: undefined, prepared: { sha256: 'graph', data: { sha256: 'data' }, ...prepared } } as Setting).keyOf(
    'clean',
    { a: 1 },
  );

it('the weights beside a model count, though its own file is the same', () => {
  const one = keyWith({ contents: 'one' });
  expect(keyWith({ contents: 'one' })).toBe(one);
  expect(keyWith({ contents: 'other' })).not.toBe(one);
  expect(keyWith({})).toBe(keyWith({ contents: 'graph' }));
});

it('draws count where the model draws, and only there', () => {
  const preprocessing = { modality: 'tensor' } as Prepared['preprocessing'];
  const spec = { model: 'm.onnx', data: { path: 'd' }, flags: {}, threads: 1, seed: 0 } as SubjectSpec;
  const asking = createAsking({ build: 'b', journal: undefined, prepared: { sha256: 'm', data: { sha256: 'd' } } } as Setting);
  const keyOf = (random: readonly string[], gradients?: SubjectSpec['gradients']): string =>
    asking.keyOf('attack', {
      subject: subjectOf({ ...spec, ...(gradients && { gradients }) }, { preprocessing, random }),
    });
  const [steady, noisy] = [[], ['RandomNormal noise']];
  expect(keyOf(steady, { draws: 50 })).toBe(keyOf(steady));
  expect(keyOf(noisy, { draws: 50 })).not.toBe(keyOf(noisy));
  expect(keyOf(noisy, { draws: 20 })).toBe(keyOf(noisy));
  expect(keyOf(steady, { draws: 50, exact: true })).toBe(keyOf(steady, { exact: true }));
  expect(keyOf(steady, { exact: true })).not.toBe(keyOf(steady));
});
