/** What counts as success to an attacker who sees labels only, and what it costs. */
import { expect, it } from 'vitest';
import type { Decision } from '../model/judge.ts';
import { labelQueries } from './label-queries.ts';

const sample = { index: 0, x: Float32Array.of(0), label: 1 };
const ask = async (rows: readonly Float32Array[]): Promise<Decision[]> =>
  rows.map((row) => ({ label: row[0] as number, confidence: row[0] === 9 ? Number.NaN : 1 }));
const points = [0, 1, 2, 9].map((v) => Float32Array.of(v));

it('untargeted: any other class; NaN decides nothing', async () => {
  const queries = labelQueries({ sample, ask, budget: 10, goal: undefined });
  expect(await queries.fooled(points)).toEqual([true, false, true, false]);
  expect([queries.used, queries.left]).toEqual([4, 6]);
});

it('targeted: one class', async () => {
  expect(await labelQueries({ sample, ask, budget: 10, goal: 2 }).fooled(points)).toEqual([false, false, true, false]);
});

it('never asks beyond its budget', async () => {
  const queries = labelQueries({ sample, ask, budget: 3, goal: undefined });
  expect(await queries.fooled(points)).toEqual([true, false, true]);
  expect(await queries.fooled(points)).toEqual([]);
  expect([queries.used, queries.left]).toEqual([3, 0]);
});
