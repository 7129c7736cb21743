/** One load for all users of a model; the model before it goes with its last user. */
import { expect, it } from 'vitest';
import type { Runtime, Session } from './runtime.ts';
import { sharing } from './sharing.ts';

function counting(): { runtime: Runtime; loaded: string[]; released: string[] } {
  const [loaded, released]: [string[], string[]] = [[], []];
  const load = async (name: string): Promise<Session> => {
    if (name === 'broken') throw new Error('no model');
    loaded.push(name);
    return { inputNames: [name], outputNames: [], run: async () => ({}), release: async () => void released.push(name) };
  };
  const runtime: Runtime = {
    name: 'counting',
    version: '1',
    provider: 'none',
    load: async () => load('graph'),
    loadModel: async (model, { threads = 1 } = {}) => load(`${String(model)} ${threads}`.replace('broken 1', 'broken')),
  };
  return { runtime: sharing(runtime), loaded, released };
}

it('loads a model once, keeps it, and lets it go when another one has come and nobody uses it any more', async () => {
  const { runtime, loaded, released } = counting();
  const [first, second] = await Promise.all([runtime.loadModel('a'), runtime.loadModel('a')]);
  await first.release();
  await first.release();
  const third = await runtime.loadModel('a');
  expect([loaded, released, third.inputNames]).toEqual([['a 1'], [], ['a 1']]);
  await third.release();
  await runtime.loadModel('b');
  expect([loaded, released]).toEqual([['a 1', 'b 1'], []]);
  await second.release();
  expect(released).toEqual(['a 1']);
});

it('lets an unused model go when another one comes', async () => {
  const { runtime, released } = counting();
  await (await runtime.loadModel('a')).release();
  expect(released).toEqual([]);
  await runtime.loadModel('b');
  await Promise.resolve();
  expect(released).toEqual(['a 1']);
});

it('takes other options for another model, and graphs for their own', async () => {
  const { runtime, loaded } = counting();
  await runtime.loadModel('a');
  await runtime.loadModel('a', { threads: 1 });
  await runtime.loadModel('a', { threads: 2 });
  for (let i = 0; i < 2; i++) await runtime.load({} as never);
  expect(loaded).toEqual(['a 1', 'a 2', 'graph', 'graph']);
});

it('tries again after a failure', async () => {
  const { runtime, loaded } = counting();
  for (let i = 0; i < 2; i++) await expect(runtime.loadModel('broken')).rejects.toThrow('no model');
  await runtime.loadModel('a');
  expect(loaded).toEqual(['a 1']);
});
