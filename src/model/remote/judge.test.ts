/** Questions to a real server that fails in every way there is: each answer is the right one, and the count is the server's own. */
import { afterEach, describe, expect, it } from 'vitest';
import { type EndpointOptions, type Fault, type Endpoint as Server, serve } from '../../../test/support/endpoint.ts';
import { httpDeliver } from '../../runtime/http-deliver.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { createClient, type Wire } from './client.ts';
import type { Endpoint, Manner } from './endpoint.ts';
import { createRemoteJudge } from './judge.ts';
import { type Counts, createTally } from './tally.ts';

const p: Preprocessing = { modality: 'tensor', layout: 'none', channels: 'none', shape: [3], mean: [0], std: [1], resize: 'crop' };

let server: Server;
afterEach(() => server?.close());

interface Body {
  readonly instances: readonly (readonly number[])[];
}

/** Scores are the row's own numbers, doubled. */
async function started(fault?: EndpointOptions['fault'], more: Partial<EndpointOptions> = {}): Promise<Server> {
  server = await serve({
    rowsIn: (body) => (body as Body).instances.length,
    answer: (body) => ({ predictions: (body as Body).instances.map((row) => row.map((v) => 2 * v)) }),
    fault,
    ...more,
  });
  return server;
}

interface Made {
  readonly judge: ReturnType<typeof createRemoteJudge>;
  readonly counts: () => Counts;
  readonly kept: Counts[];
  readonly waits: number[];
  readonly beats: () => number;
}

/** A hundred times as fast as time goes, so that patience is not tested. */
const FASTER = 100;

function judgeOf(origin: string, manner: Partial<Manner> = {}, environment: Wire['environment'] = {}): Made {
  const own: Manner = { headers: {}, concurrency: 3, timeout: 0.15, retries: 7, ...manner };
  const [waits, kept]: [number[], Counts[]] = [[], []];
  let beats = 0;
  const wire: Wire = {
    deliver: httpDeliver(),
    environment,
    clock: {
      now: () => performance.now() * FASTER,
      sleep: (milliseconds) => {
        waits.push(milliseconds);
        return new Promise((resolve) => setTimeout(resolve, milliseconds / FASTER));
      },
      random: () => 0.5,
    },
    alive: () => beats++,
  };
  const tally = createTally({ budget: own.budget, keep: (counts) => kept.push(counts) });
  const url = `${origin}/predict`;
  const endpoint: Endpoint = {
    url,
    request: { instances: '$rows' },
    response: 'predictions',
    form: { kind: 'scores', numbers: 3 },
    output: 'logits',
    rows: 4,
  };
  const client = createClient({ url, manner: own, wire, tally });
  return { judge: createRemoteJudge(client, endpoint, p, own), counts: () => tally.counts, kept, waits, beats: () => beats };
}

const rows = (n: number): Float32Array[] => Array.from({ length: n }, (_, i) => Float32Array.of(i, 0.1 * i, 1 / 3));

/** The server's own count. */
function expectSame({ requests, rows: all, answered, refused, unsure }: Counts, { seen }: Server): void {
  expect({ requests, rows: all, answered: answered.rows, refused: refused.rows, unsure: unsure.rows }).toEqual({
    requests: seen.requests,
    rows: seen.rows,
    answered: seen.answered,
    refused: seen.refused,
    unsure: seen.unsure,
  });
}

const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, headers: { 'retry-after': '2' } },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 502, body: '<html>bad gateway</html>' },
  { kind: 'silence', milliseconds: 400 },
  { kind: 'reset' },
  { kind: 'torn' },
  { kind: 'text', body: 'not JSON' },
  { kind: 'text', body: '{"predictions": [[1, 2, 3]]}' },
  { kind: 'text', body: '{"predictions": [[1, 2], [1, 2], [1, 2], [1, 2]]}' },
  { kind: 'slow', milliseconds: 40 },
];

describe('an endpoint that fails', () => {
  it('is asked again until every row has its answer, and all is counted as the server counts', async () => {
    const { origin } = await started((n) => (n % 2 === 1 ? FAULTS[((n - 1) / 2) % FAULTS.length] : undefined));
    const { judge, counts, beats } = judgeOf(origin);
    const asked = rows(4 * 23);
    const scores = await judge.scores(asked);
    // Nine digits of a float32 come back as the same one; doubling is exact.
    expect(scores).toEqual(asked.map((row) => row.map((v) => 2 * v)));
    expectSame(counts(), server);
    expect(counts().answered.rows).toBe(asked.length);
    expect(counts().unsure.rows).toBeGreaterThan(0);
    expect(beats()).toBeGreaterThan(0);
  });

  it.each(FAULTS.slice(0, -1))('%j always: one clear error after the retries, all counted', async (fault) => {
    const { origin } = await started(() => fault);
    const { judge, counts } = judgeOf(origin, { retries: 2, concurrency: 1 });
    const code = fault.kind === 'text' ? 'E_REMOTE_ANSWER' : 'E_REMOTE_GONE';
    await expect(judge.scores(rows(40))).rejects.toMatchObject({ code, exitCode: 2, hint: expect.any(String) });
    // The other nine requests are not sent any more.
    expect(server.seen.requests).toBe(3);
    expectSame(counts(), server);
  });

  it('waits as long as Retry-After says, with all its requests', async () => {
    const { origin } = await started((n) => (n === 0 ? { kind: 'status', status: 429, headers: { 'retry-after': '30' } } : undefined));
    const { judge, waits } = judgeOf(origin, { concurrency: 1 });
    await judge.scores(rows(8));
    const [first, second, third] = server.seen.times as [number, number, number];
    expect((second - first) * FASTER).toBeGreaterThan(29_000);
    expect((third - second) * FASTER).toBeLessThan(29_000);
    // Long waits come in pieces, so that the worker is seen to live.
    expect(Math.max(...waits)).toBeLessThanOrEqual(5000);
  });

  it('is not waited for where Retry-After asks for hours', async () => {
    const { origin } = await started(() => ({ kind: 'status', status: 503, headers: { 'retry-after': '7300' } }));
    await expect(judgeOf(origin).judge.scores(rows(1))).rejects.toMatchObject({ code: 'E_REMOTE_GONE' });
    expect(server.seen.requests).toBe(1);
  });

  it('backs off twice as long each time', async () => {
    const { origin } = await started(() => ({ kind: 'status', status: 500 }));
    const { judge, waits } = judgeOf(origin, { retries: 4 });
    await expect(judge.scores(rows(1))).rejects.toThrow('500');
    // A timer that rings a moment early is set once more.
    expect(waits.filter((wait) => wait > 200).map((wait) => Math.round(wait))).toEqual([375, 750, 1500, 3000]);
  });

  it.each([400, 401, 403, 404, 413, 422, 301])('status %d is final, and asks for nothing again', async (status) => {
    const { origin } = await started(() => ({ kind: 'status', status, headers: { location: 'http://elsewhere/' } }));
    const { judge, counts } = judgeOf(origin, { concurrency: 1 });
    await expect(judge.scores(rows(9))).rejects.toMatchObject({
      code: 'E_REMOTE_REFUSED',
      message: expect.stringContaining(String(status)),
    });
    expect(server.seen.requests).toBe(1);
    expectSame(counts(), server);
  });

  it('one request is one request, even with the status that fetch repeats by itself', async () => {
    const { origin } = await started(() => ({ kind: 'status', status: 421 }));
    const { judge, counts } = judgeOf(origin);
    await expect(judge.scores(rows(1))).rejects.toThrow('421');
    expectSame(counts(), server);
  });

  it('where nothing listens, nothing was asked', async () => {
    const { origin } = await started();
    await server.close();
    const { judge, counts } = judgeOf(origin, { retries: 1 });
    await expect(judge.scores(rows(3))).rejects.toMatchObject({ code: 'E_REMOTE_GONE', message: expect.stringContaining('ECONNREFUSED') });
    expect(counts()).toMatchObject({ requests: 0, rows: 0 });
  });
});

describe('the budget', () => {
  it('is never passed, not by retries either, and nothing is sent that it does not cover', async () => {
    const { origin } = await started((n) => (n % 3 === 0 ? { kind: 'status', status: 500 } : undefined));
    const { judge, counts } = judgeOf(origin, { budget: 30, retries: 50 });
    await expect(
      (async () => {
        for (;;) await judge.scores(rows(4));
      })(),
    ).rejects.toMatchObject({ code: 'E_BUDGET' });
    expectSame(counts(), server);
    expect(server.seen.rows).toBe(28);
    await expect(judge.scores(rows(3))).rejects.toMatchObject({ code: 'E_BUDGET' });
    expect(server.seen.rows).toBe(28);
  });

  it('keeps what is held back', async () => {
    const { origin } = await started();
    const { judge } = judgeOf(origin, { budget: 10 });
    const letGo = judge.allowance?.hold(4) as () => void;
    expect(judge.allowance?.left()).toBe(6);
    await judge.scores(rows(6));
    await expect(judge.scores(rows(1))).rejects.toMatchObject({ code: 'E_BUDGET' });
    letGo();
    expect(await judge.scores(rows(4))).toHaveLength(4);
    expect(judge.allowance?.left()).toBe(0);
  });

  it('refusals do not count against it', async () => {
    const { origin } = await started((n) => (n < 5 ? { kind: 'status', status: 429, headers: { 'retry-after': '0' } } : undefined));
    expect(await judgeOf(origin, { budget: 2 }).judge.scores(rows(2))).toHaveLength(2);
  });

  it('is written down before a request goes out', async () => {
    const { origin } = await started();
    const { judge, kept } = judgeOf(origin);
    await judge.scores(rows(1));
    expect(kept).toMatchObject([
      { requests: 1, rows: 1, unsure: { rows: 1 } },
      { requests: 1, answered: { rows: 1 }, unsure: { rows: 0 } },
    ]);
  });
});

describe('the pace', () => {
  it('is never faster than the rate, whatever runs side by side', async () => {
    const { origin } = await started();
    // 1000 a second in the time of the clock are 10 ms in ours… times a hundred.
    const { judge } = judgeOf(origin, { rate: 0.5, concurrency: 8, timeout: 20 });
    await judge.scores(rows(4 * 8));
    const gaps = server.seen.times.slice(1).map((time, i) => (time - (server.seen.times[i] as number)) * FASTER);
    expect(gaps).toHaveLength(7);
    // Timers of Node are a millisecond early at most, and the way to the server takes a few.
    const span = ((server.seen.times.at(-1) as number) - (server.seen.times[0] as number)) * FASTER;
    expect(span).toBeGreaterThan(7 * 2000 - 1500);
  });

  it('has so many requests under way at most', async () => {
    const { origin } = await started(() => ({ kind: 'slow', milliseconds: 20 }));
    await judgeOf(origin, { concurrency: 3, timeout: 5 }).judge.scores(rows(4 * 12));
    expect(server.seen.atOnce).toBe(3);
  });
});

describe('secrets', () => {
  it('come from the environment when the request goes out, and are in no message', async () => {
    const { origin } = await started(undefined, {
      answer: (_, { headers }) => {
        throw new Error(`not with ${headers.authorization}`);
      },
    });
    const headers = { Authorization: 'Bearer $THE_TOKEN', 'X-Model': 'a' };
    const { judge } = judgeOf(origin, { headers }, { THE_TOKEN: 'hush-hush-1234' });
    const thrown = await judge.scores(rows(1)).catch((error: unknown) => error as Error & { hint: string });
    expect(server.seen.headers[0]).toMatchObject({ authorization: 'Bearer hush-hush-1234', 'x-model': 'a' });
    expect(JSON.stringify([(thrown as Error).message, (thrown as { hint: string }).hint])).not.toContain('hush');
    expect((thrown as { hint: string }).hint).toContain('not with Bearer ***');
  });

  it('that are not set are missed before anything is asked', async () => {
    const { origin } = await started();
    expect(() => judgeOf(origin, { headers: { Authorization: '$NOWHERE' } })).toThrow('the environment has no variable NOWHERE');
    expect(server.seen.requests).toBe(0);
  });
});
