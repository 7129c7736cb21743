/** What counts as success to an attacker who sees labels only, and what it costs. */
import { expect, it } from 'vitest';
import type { Decision } from '../model/judge.ts';
import { firstHolding, labelQueries } from './label-queries.ts';
import { voteOf } from './vote.ts';

const sample = { index: 0, x: Float32Array.of(0), label: 1 };
const ask = async (rows: readonly Float32Array[]): Promise<Decision[]> =>
  rows.map((row) => ({ label: row[0] as number, confidence: row[0] === 9 ? Number.NaN : 1 }));
const vote = { price: 0, ask: async () => true };
const points = [0, 1, 2, 9].map((v) => Float32Array.of(v));

it('untargeted: any other class; NaN decides nothing', async () => {
  const queries = labelQueries({ sample, ask, vote, budget: 10, goal: undefined });
  expect(await queries.fooled(points)).toEqual([true, false, true, false]);
  expect([queries.used, queries.left]).toEqual([4, 6]);
});

it('names the class of each success', async () => {
  const queries = labelQueries({ sample, ask, vote, budget: 3, goal: undefined });
  expect(await queries.classes(points)).toEqual([0, undefined, 2]);
  expect(queries.left).toBe(0);
});

it('targeted: one class', async () => {
  expect(await labelQueries({ sample, ask, vote, budget: 10, goal: 2 }).fooled(points)).toEqual([false, false, true, false]);
});

it('never asks beyond its budget', async () => {
  const queries = labelQueries({ sample, ask, vote, budget: 3, goal: undefined });
  expect(await queries.fooled(points)).toEqual([true, false, true]);
  expect(await queries.fooled(points)).toEqual([]);
  expect([queries.used, queries.left]).toEqual([3, 0]);
});

/** Answers yes to everything once, and in votes of eleven only from 2 on. */
const lucky = (budget: number) =>
  labelQueries({
    sample,
    ask: async (rows) => rows.map(() => ({ label: 0, confidence: 1 })),
    vote: voteOf(
      { votes: 11, decide: async (rows) => rows.map(([v]) => ({ label: (v as number) < 2 ? sample.label : 0, confidence: 1 })) },
      { label: sample.label },
    ),
    budget,
    goal: undefined,
  });

it('one lucky answer is no success where the model answers at random, and votes are counted', async () => {
  const queries = lucky(100);
  expect(await queries.fools(Float32Array.of(1))).toBe(false);
  expect(queries.used).toBe(12);
  expect(await queries.fools(Float32Array.of(2))).toBe(true);
  expect(await firstHolding(queries, points)).toBe(2);
  expect(queries.used).toBe(24 + 4 + 33);
});

it('what is too little for a vote is left', async () => {
  const queries = lucky(11);
  expect(await queries.fools(Float32Array.of(2))).toBe(false);
  expect(queries.used).toBe(1);
});
