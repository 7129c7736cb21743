/** What a journal entry depends on. */
import { expect, it } from 'vitest';
import { createAsking, type Setting } from './asking.ts';

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
