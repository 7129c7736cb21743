/** Rows in slots: the right number of steps for each, the first success kept, the smallest batch that holds the rest. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CompiledStep } from '../model/target.ts';
import type { HostTensor } from '../runtime/runtime.ts';
import { type Finished, type Row, schedule } from './schedule.ts';

/** x grows by `by` a step; success once x ≥ 10; slope is 100·x. Records the batch of every run. */
function counter(batch: number, runs: number[]): CompiledStep {
  const map = (tensor: HostTensor | undefined, f: (v: number, i: number) => number): HostTensor => ({
    type: 'float32',
    shape: [batch],
    data: Float32Array.from(tensor?.data as Float32Array, f),
  });
  return {
    batch,
    cost: { queries: 1, gradients: 1 },
    fields: new Map([
      ['x', 'input'],
      ['by', 'scalar'],
    ]),
    run: async ({ x, by }) => {
      runs.push(batch);
      const steps = by?.data as Float32Array;
      return {
        x: { ...map(x, (v, i) => v + (steps[i] as number)), shape: [batch, 1] },
        success: map(x, (v) => (v >= 10 ? 1 : 0)),
        slope: map(x, (v) => 100 * v),
      };
    },
  };
}

async function run(batches: readonly number[], rows: readonly Row[]): Promise<{ finished: Finished[]; runs: number[] }> {
  const [finished, runs]: [Finished[], number[]] = [[], []];
  const compile = async (batch: number) => counter(batch, runs);
  await schedule({ sizes: batches, compile, shape: [1], onFinished: (one) => void finished.push(one) }, rows);
  return { finished, runs };
}

const row = (index: number, x: number, by: number, steps: number, blind = false): Row => ({
  index,
  steps,
  fields: { x: Float32Array.of(x), by },
  blind,
});

it('ends a row whose own search is over, with the state that the step has made', async () => {
  const finished: Finished[] = [];
  const compile = async (batch: number): Promise<CompiledStep> => {
    const step = counter(batch, []);
    return {
      ...step,
      run: async (state) => {
        const { x } = await step.run(state);
        const data = Uint8Array.from(x?.data as Float32Array, (v) => (v >= 4 ? 1 : 0));
        return { x: x as HostTensor, ended: { type: 'bool', shape: [batch], data } };
      },
    };
  };
  const rows = [row(0, 0, 1, 9), row(1, 3, 2, 9), row(2, 0, 1, 2)];
  await schedule({ sizes: [2], compile, shape: [1], onFinished: (one) => void finished.push(one) }, rows);
  expect(new Map(finished.map(({ row: { index }, x, steps, success }) => [index, [x[0], steps, success]]))).toEqual(
    new Map([
      [0, [4, 4, false]],
      [1, [5, 1, false]],
      [2, [2, 2, false]],
    ]),
  );
});

it('runs each row its own number of steps and keeps the first success', async () => {
  const { finished } = await run([2], [row(0, 0, 1, 5), row(1, 7, 2, 9), row(2, 12, 1, 4), row(3, 12, 1, 4, true)]);
  const results = new Map(finished.map(({ row: { index }, x, steps, success, slope }) => [index, [x[0], steps, success, slope]]));
  expect(results).toEqual(
    new Map([
      [0, [5, 5, false, 0]],
      [1, [11, 3, true, 700]],
      [2, [12, 1, true, 1200]],
      [3, [16, 4, false, 1200]],
    ]),
  );
});

it('is the same for any batches, and shrinks for the last rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(12), fc.nat(3), fc.integer({ min: 1, max: 6 })), { maxLength: 20 }),
      fc.constantFrom([1], [3], [8, 2], [16, 4]),
      async (specs, batches) => {
        const rows = specs.map(([x, by, steps], i) => row(i, x, by, steps));
        const { finished, runs } = await run(batches, rows);
        expect(finished.map(({ row: { index } }) => index).sort((a, b) => a - b)).toEqual(rows.map(({ index }) => index));
        for (const {
          row: { index },
          x,
          steps,
        } of finished) {
          const [start, by, most] = specs[index] as [number, number, number];
          const first = Array.from({ length: most }, (_, i) => i).find((i) => start + i * by >= 10);
          expect([x[0], steps]).toEqual(first === undefined ? [start + most * by, most] : [start + first * by, first + 1]);
        }
        expect(runs).toEqual(runs.toSorted((a, b) => b - a));
        if (rows.length > 0 && rows.length <= (batches.at(-1) as number)) expect(new Set(runs)).toEqual(new Set([batches.at(-1)]));
      },
    ),
    { numRuns: 60 },
  );
});

it('says which field a row lacks, and stops on request', async () => {
  await expect(run([2], [{ index: 0, steps: 1, fields: { x: Float32Array.of(1) } }])).rejects.toMatchObject({ code: 'E_INTERNAL' });
  const aborted = schedule(
    { sizes: [1], compile: async () => counter(1, []), shape: [1], signal: AbortSignal.abort(), onFinished: () => undefined },
    [row(0, 0, 0, 1)],
  );
  await expect(aborted).rejects.toMatchObject({ code: 'E_ABORTED' });
});
