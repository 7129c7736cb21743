/** The search for the constant: the constants that it tries are those of the reference, written down by hand, and rows do not wait for each other. */
import { expect, it } from 'vitest';
import type { FieldKind } from '../model/target.ts';
import type { Value } from '../onnx/graph.ts';
import { newGraph } from '../ops/table.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { type ConstantSearch, searchFields, searchStep } from './constant-search.ts';

/** What each row tries, one [constant, steps] for each round, where a point fools from the constant `needed[i]` on and the loss is `losses[i]` at every step. */
async function rounds(
  settings: ConstantSearch,
  initial: number,
  needed: readonly number[],
  losses: readonly number[],
): Promise<number[][][]> {
  const batch = needed.length;
  const g = newGraph();
  const known = new Map<string, Value>();
  const row = (name: string, _: FieldKind): Value => {
    const value = known.get(name) ?? g.input(name, 'float32', [batch]);
    known.set(name, value);
    return value;
  };
  const [threshold, loss] = [g.input('needed', 'float32', [batch]), g.input('loss', 'float32', [batch])];
  const fools = g.not(g.less(row('constant', 'scalar'), threshold));
  const { state } = searchStep({ g, row }, settings, fools, loss);
  const session = await ortNode.load(g.finish(Object.fromEntries(Object.entries(state).map(([name, value]) => [`out:${name}`, value]))));
  const tensor = (data: Float32Array) => ({ type: 'float32' as const, shape: [batch], data });
  const given = { needed: tensor(Float32Array.from(needed)), loss: tensor(Float32Array.from(losses)) };
  let fields: Record<string, Float32Array> = Object.fromEntries(
    Object.entries(searchFields(initial)).map(([name, value]) => [name, new Float32Array(batch).fill(value)]),
  );
  const tried: number[][][] = needed.map(() => []);
  const over = needed.map(() => false);
  while (over.includes(false)) {
    const made = await session.run({ ...given, ...Object.fromEntries(Object.entries(fields).map(([name, data]) => [name, tensor(data)])) });
    const next = Object.fromEntries(Object.keys(fields).map((name) => [name, made[`out:${name}`]?.data as Float32Array]));
    for (const [i, done] of over.entries()) {
      if (done) continue;
      if (next.step?.[i] === 0) tried[i]?.push([fields.constant?.[i] as number, (fields.step?.[i] as number) + 1]);
      over[i] = Boolean(made['out:ended']?.data[i]);
    }
    fields = next;
  }
  await session.release();
  return tried;
}

const constants = (tried: readonly (readonly number[])[] | undefined): number[] =>
  (tried ?? []).map(([constant]) => Number((constant as number).toPrecision(5)));

it('grows tenfold until a point fools the model, then halves the interval', async () => {
  const [near, far, never] = await rounds({ searchSteps: 6, steps: 3, abortEarly: false }, 0.001, [0.04, 0.0005, 1e9], [1, 1, 1]);
  expect(constants(near)).toEqual([0.001, 0.01, 0.1, 0.055, 0.0325, 0.04375]);
  expect(constants(far)).toEqual([0.001, 0.0005, 0.00025, 0.000375, 0.0004375, 0.00046875]);
  expect(constants(never)).toEqual([0.001, 0.01, 0.1, 1, 10, 100]);
  for (const tried of [near, far, never]) expect(tried?.map(([, steps]) => steps)).toEqual([3, 3, 3, 3, 3, 3]);
});

it('of ten rounds the last takes the smallest constant that fooled once more', async () => {
  const [tried] = await rounds({ searchSteps: 10, steps: 2, abortEarly: false }, 1, [3], [1]);
  // 1, 10, 5.5, 3.25, 2.125, …: the smallest of the first nine at which a point fooled.
  const before = constants(tried).slice(0, 9);
  expect(constants(tried)[9]).toBe(Math.min(...before.filter((constant) => constant >= 3)));
});

it('ends a round at the first tenth without progress, each row for itself', async () => {
  const [stuck, lost] = await rounds({ searchSteps: 2, steps: 100, abortEarly: true }, 1, [5, 5], [1, Number.NaN]);
  // The loss is looked at before the first step and after each tenth.
  expect(stuck?.map(([, steps]) => steps)).toEqual([11, 11]);
  expect(lost?.map(([, steps]) => steps)).toEqual([1, 1]);
});
