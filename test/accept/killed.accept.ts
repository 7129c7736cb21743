/** Twenty runs killed at random moments and taken up again end in the bytes of an undisturbed run; so do runs with 1, 2 and 4 workers. */
import { beforeAll, expect, it } from 'vitest';
import { keyedRng } from '../../src/rng/rng.ts';
import { killedAndResumed, type Undisturbed, undisturbed } from '../support/killed.ts';

const ARGS = ['--preset', 'standard', '--n', '100'];
const RUNS = 20;

/** The number of workers is named in the result. */
const anyWorkers = (bytes: string): string => bytes.replace(/"workers":\d+/, '"workers":0').replace(/ --workers \d+/, '');

let whole: Undisturbed;
beforeAll(async () => {
  whole = await undisturbed(ARGS);
}, 600_000);

it('killed at random moments', { timeout: 3_600_000 }, async () => {
  const moments = keyedRng(0, 'kill');
  let hits = 0;
  for (let i = 0; i < RUNS; i++) {
    // Every fourth is killed again while it is resumed.
    const after = Array.from({ length: i % 4 === 3 ? 2 : 1 }, () => (0.05 + 0.9 * moments.uniform()) * whole.milliseconds);
    const { bytes, hit } = await killedAndResumed(ARGS, after);
    hits += Number(hit);
    expect(bytes === whole.bytes, `run ${i}, killed after ${after.map(Math.round).join(', ')} ms`).toBe(true);
  }
  process.stdout.write(`${RUNS} runs, ${hits} of them killed before their end, all equal byte for byte (${whole.bytes.length} bytes)\n`);
  expect(hits).toBeGreaterThan(RUNS / 2);
});

it.each(['1', '2', '4'])('%s workers', { timeout: 600_000 }, async (workers) => {
  const { bytes } = await undisturbed([...ARGS, '--workers', workers]);
  expect(anyWorkers(bytes) === anyWorkers(whole.bytes)).toBe(true);
});
