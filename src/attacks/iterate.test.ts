/** The judge has the last word over the step's own opinion, and restarts go to survivors only. */
import { expect, it } from 'vitest';
import type { CompiledStep, Target } from '../model/target.ts';
import type { AttackSample, Proposal } from './attack.ts';
import { batchSizes, iterate } from './iterate.ts';

/** A step that adds 1 and claims success from 3 on; the judge wants 5 (label 1), and calls NaN what is above 100. */
function target(batches: number[]): Target {
  const step = (batch: number): CompiledStep => ({
    batch,
    cost: { queries: 1, gradients: 1 },
    fields: new Map([['x', 'input']]),
    run: async ({ x }) => {
      const data = x?.data as Float32Array;
      return {
        x: { type: 'float32', shape: [batch, 1], data: data.map((v) => v + 1) },
        success: { type: 'bool', shape: [batch], data: Uint8Array.from(data, (v) => (v >= 3 ? 1 : 0)) },
        slope: { type: 'float32', shape: [batch], data: data.map((v) => (v === 7 ? Number.NaN : v)) },
      };
    },
  });
  const judge = {
    outputs: 2,
    decide: async (rows: readonly Float32Array[]) =>
      rows.map((row) => ({ label: (row[0] as number) >= 5 ? 1 : 0, confidence: (row[0] as number) > 100 ? Number.NaN : 1 })),
    scores: async () => [],
    release: async () => undefined,
  };
  const compile = async (_: string, batch: number): Promise<CompiledStep> => {
    batches.push(batch);
    return step(batch);
  };
  return { unsupported: [], preprocessing: { shape: [1] }, judge, compile, batches: () => batches } as unknown as Target;
}

interface Given {
  readonly starts: (sample: AttackSample, restart: number) => number;
  readonly steps: number;
  readonly restarts?: number;
  readonly batch?: number;
  readonly count?: number;
}

async function run({
  starts,
  steps,
  restarts = 1,
  batch = 4,
  count = 1,
}: Given): Promise<{ proposals: Proposal[]; batches: number[]; told: number[]; done: number }> {
  const [batches, told]: [number[], number[]] = [[], []];
  let done = 0;
  const samples = Array.from({ length: count }, (_, index) => ({ index, x: Float32Array.of(0), label: 0 }));
  const proposals = await iterate(
    {
      target: target(batches),
      params: {},
      norm: 'linf',
      epsilon: 1,
      seed: 0,
      batch,
      onProposal: ({ index }) => told.push(index),
      onProgress: (n) => (done += n),
    },
    { id: 'test', steps, restarts, fields: (sample, restart) => ({ x: Float32Array.of(starts(sample, restart)) }), define: () => ({}) },
    samples,
  );
  return { proposals, batches, told, done };
}

const seen = ({ candidate, queries, slope }: Proposal): unknown[] => [candidate?.[0], queries, slope];

it('goes on where the judge disagrees with the step, and counts that', async () => {
  // Steps on 0, 1, 2 move; on 3 the step claims success, so the three steps that are left start there: 4, 5, 6.
  const { proposals, told, done } = await run({ starts: () => 0, steps: 6 });
  expect(proposals.map(seen)).toEqual([[6, 7, 'zero']]);
  expect([told, done]).toEqual([[0], 1]);
});

it('restarts on survivors only, and tells of each example once', async () => {
  // Example 0 breaks in the first round, 1 in the second, 2 never.
  const { proposals, told, done } = await run({
    starts: ({ index }, restart) => (index === 0 || (index === 1 && restart === 1) ? 6 : -9),
    steps: 2,
    restarts: 3,
    count: 3,
  });
  expect(proposals.map(seen)).toEqual([
    [6, 1, 'ok'],
    [6, 3, 'ok'],
    [-7, 6, 'ok'],
  ]);
  expect(told.toSorted()).toEqual([0, 1, 2]);
  expect(done).toBeCloseTo(3, 9);
});

it('does not take NaN for success', async () => {
  const { told, proposals } = await run({ starts: (_, restart) => (restart === 0 ? 200 : 7), steps: 1, restarts: 2 });
  expect(told).toEqual([0]);
  expect(proposals[0]?.candidate?.[0]).toBe(7);
});

it('compiles the batches that it needs', async () => {
  expect((await run({ starts: () => 6, steps: 1, batch: 64, count: 3 })).batches).toEqual([3]);
  expect((await run({ starts: () => 6, steps: 1, batch: 64, count: 40 })).batches).toEqual([40]);
  expect((await run({ starts: ({ index }) => (index < 2 ? -50 : 6), steps: 5, batch: 64, count: 40 })).batches).toEqual([40, 10]);
  expect(await run({ starts: () => 6, steps: 1, count: 0 })).toMatchObject({ proposals: [], batches: [] });
});

it.each<[number, number, number[], number[]]>([
  [70, 16, [], [14, 3]],
  [490, 32, [], [31, 7]],
  [9, 16, [], [9]],
  [1, 1, [], [1]],
  [16, 16, [], [16, 4]],
  [69, 16, [14], [14, 3]],
  [70, 16, [16], [14, 3]],
])('%i rows in batches of at most %i, with %j compiled: %j', (rows, batch, known, sizes) => {
  expect(batchSizes({ target: { batches: () => [...known] }, batch }, rows)).toEqual(sizes);
});
