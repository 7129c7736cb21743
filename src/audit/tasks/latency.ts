/** Times the untouched model in one worker: loading, batches, single inputs, memory. What is compared is interleaved, so that the machine's moods meet all alike. */
import { basename, dirname } from 'node:path';
import { encoderOf } from '../../model/encoding.ts';
import { sourceOf } from '../../model/judge.ts';
import { type ModelFile, readModelFile } from '../../model/model-file.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { Feeds, Runtime, Session } from '../../runtime/runtime.ts';
import { median } from '../../stats/quantile.ts';
import { slowCandidates } from '../slow-inputs/candidates.ts';
import type { Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';

export interface LatencyOrder {
  readonly subject: Subject;
  readonly indices: readonly number[];
  readonly batches: readonly number[];
  /** Milliseconds that each part may take, about. */
  readonly patience: number;
  /** Where it is timed: what another machine finished does not count here. */
  readonly machine: string;
}

/** An input and its times, in milliseconds. */
export interface TimedInput {
  readonly name: string;
  readonly times: readonly number[];
}

export interface LatencyReply {
  readonly loads: readonly number[];
  /** The first run after loading, at one row. */
  readonly first: number;
  readonly batches: readonly { readonly rows: number; readonly times: readonly number[] }[];
  /** Fresh times of the inputs that were slowest in the search, and of those in the middle. */
  readonly slow: readonly TimedInput[];
  readonly usual: readonly TimedInput[];
  /** How many inputs the search tried. */
  readonly searched: number;
  /** Resident bytes: before and after loading, after the first half of all runs, and at the end. */
  readonly rss: readonly [number, number, number, number];
}

const LOADS = 3;
const LEAST = 21;
const MOST = 100;
/** Runs of single rows in a round. */
const SHARE = 8;

export const latencyTask = defineSingleTask<LatencyOrder, LatencyReply>({
  kind: 'latency',
  run: async ({ subject, indices, batches, patience }, { open, runtime, alive }) => {
    const [{ rows }, model] = [await open(subject), await readModelFile(subject.model)];
    const encode = await encoderOf(model, subject.preprocessing);
    const own = (await rows(indices)).map(({ row }) => row);
    const before = process.memoryUsage.rss();
    const { session, loads } = await loaded(model, runtime, subject.threads);
    try {
      const afterLoading = process.memoryUsage.rss();
      const fixed = fixedRows(model);
      const feeds = (some: readonly Float32Array[]): Feeds =>
        encode(fixed === undefined ? some : new Array<Float32Array>(fixed).fill(some[0] as Float32Array));
      const time = stopwatch(session, model.head.output, alive);
      const first = await time(feeds(own.slice(0, 1)));
      const sizes = fixed === undefined ? batches : [1];
      const timedBatches = await timeBatches({ own, feeds, time, patience, seed: subject.seed }, sizes);
      const halfway = process.memoryUsage.rss();
      const inputs = slowCandidates(own, subject.preprocessing, subject.seed).map(({ name, row }) => ({ name, feed: feeds([row]) }));
      const found = await searchSlow(inputs, time, patience);
      return {
        loads,
        first,
        batches: timedBatches.map((one) => ({ ...one, rows: fixed ?? one.rows })),
        ...found,
        searched: inputs.length,
        rss: [before, afterLoading, halfway, process.memoryUsage.rss()],
      };
    } finally {
      await session.release();
    }
  },
});

function fixedRows({ input }: ModelFile): number | undefined {
  const first = input.shape?.[0];
  return typeof first === 'number' && first > 0 ? first : undefined;
}

/** Sessions of one path are shared in this process: other spellings of it are loaded anew. */
async function loaded(model: ModelFile, runtime: Runtime, threads: number): Promise<{ session: Session; loads: number[] }> {
  const source = await sourceOf(model);
  const loads: number[] = [];
  let session: Session | undefined;
  for (let i = 0; i < LOADS; i++) {
    await session?.release();
    const spelt = typeof source === 'string' ? `${dirname(source)}/${'./'.repeat(i + 1)}${basename(source)}` : source.slice();
    const started = performance.now();
    session = await runtime.loadModel(spelt, { threads });
    loads.push(performance.now() - started);
  }
  return { session: session as Session, loads };
}

type Time = (feeds: Feeds) => Promise<number>;

function stopwatch(session: Session, output: string, alive: () => void): Time {
  return async (feeds) => {
    const started = performance.now();
    await session.run(feeds, [output]);
    const took = performance.now() - started;
    alive();
    return took;
  };
}

interface Batching {
  readonly own: readonly Float32Array[];
  readonly feeds: (rows: readonly Float32Array[]) => Feeds;
  readonly time: Time;
  readonly patience: number;
  readonly seed: number;
}

/** One run of each size in turn, each on other examples. */
async function timeBatches(
  { own, feeds, time, patience, seed }: Batching,
  sizes: readonly number[],
): Promise<{ rows: number; times: number[] }[]> {
  const timed = sizes.map((rows) => ({ rows, times: [] as number[], warm: false }));
  const started = performance.now();
  for (let round = 0; round < MOST; round++) {
    if (round >= LEAST && performance.now() - started > patience) break;
    for (const one of timed) {
      // Small batches are cheap, and more often asked for.
      for (let i = 0; i < Math.max(1, Math.floor(SHARE / one.rows)); i++) {
        const rng = keyedRng(seed, 'latency', one.rows, round, i);
        const some = Array.from({ length: one.rows }, () => own[rng.int(own.length)] as Float32Array);
        const took = await time(feeds(some));
        // The first run of each size allocates.
        if (one.warm) one.times.push(took);
        one.warm = true;
      }
    }
  }
  return timed.map(({ rows, times }) => ({ rows, times }));
}

interface Input {
  readonly name: string;
  readonly feed: Feeds;
}

const GLANCES = 5;
const SLOWEST = 3;
const MIDDLE = 5;
const REPEATS = 30;

/** Every input a few times, then the slowest and the middle ones afresh: what was slow by chance is not slow again. */
async function searchSlow(inputs: readonly Input[], time: Time, patience: number): Promise<Pick<LatencyReply, 'slow' | 'usual'>> {
  const glanced = await interleaved(inputs, time, GLANCES, patience);
  const ranked = glanced.map(({ times }, i) => ({ i, typical: median(times) })).sort((a, b) => b.typical - a.typical);
  const slow = ranked.slice(0, Math.min(SLOWEST, ranked.length - 1));
  const from = Math.max(slow.length, Math.floor((ranked.length - MIDDLE) / 2));
  const usual = ranked.slice(from, from + MIDDLE);
  const fresh = await interleaved(
    [...slow, ...usual].map(({ i }) => inputs[i] as Input),
    time,
    REPEATS,
    patience,
  );
  return { slow: fresh.slice(0, slow.length), usual: fresh.slice(slow.length) };
}

const FEWEST = 3;
const ENOUGH = 10;

async function interleaved(inputs: readonly Input[], time: Time, rounds: number, patience: number): Promise<TimedInput[]> {
  const timed = inputs.map(({ name }) => ({ name, times: [] as number[] }));
  const started = performance.now();
  const least = rounds >= REPEATS ? ENOUGH : FEWEST;
  for (let round = 0; round < rounds; round++) {
    if (round >= least && performance.now() - started > patience) break;
    // Forwards and backwards in turn: no input always follows the same one.
    for (let i = 0; i < inputs.length; i++) {
      const at = round % 2 === 0 ? i : inputs.length - 1 - i;
      timed[at]?.times.push(await time((inputs[at] as Input).feed));
    }
  }
  return timed;
}
