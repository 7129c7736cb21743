/** What the first questions find out of servers that want their rows in one way only, and what is said where nothing fits. */
import { afterEach, describe, expect, it } from 'vitest';
import { type EndpointOptions, type Endpoint as Server, serve } from '../../../test/support/endpoint.ts';
import { httpDeliver } from '../../runtime/http-deliver.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { type Client, createClient } from './client.ts';
import { discover, type Search, type Trial } from './discover.ts';
import { described, usualRequests } from './protocols.ts';
import { createTally } from './tally.ts';

const base: Preprocessing = { modality: 'image', layout: 'NCHW', channels: 'rgb', shape: [], mean: [0], std: [1], resize: 'crop' };
const SHAPES = [[2, 2, 3], [3, 2, 2], [12]] as const;
const trials: Trial[] = SHAPES.map((shape) => ({
  p: { ...base, shape },
  rows: Array.from({ length: 5 }, (_, i) => Float32Array.from({ length: 12 }, (__, k) => ((i + 1) * k) / 60)),
}));

let server: Server | undefined;
afterEach(() => server?.close());

type Rows = readonly unknown[];

async function clientOf(
  answer: (body: unknown) => unknown,
  { path = '/predict', get, fault }: Pick<EndpointOptions, 'get' | 'fault'> & { path?: string } = {},
): Promise<Client> {
  server = await serve({ answer, rowsIn: () => 1, get, fault });
  return createClient({
    url: `${server.origin}${path}`,
    manner: { headers: {}, concurrency: 1, timeout: 5, retries: 5 },
    wire: {
      deliver: httpDeliver(),
      environment: {},
      clock: { now: () => performance.now(), sleep: async () => {}, random: () => 0 },
      alive: () => {},
    },
    tally: createTally(),
  });
}

const searchFor = (client: Client, more: Partial<Search> = {}): Search => ({
  client,
  given: {},
  manner: {},
  requests: usualRequests(client.url, 'image'),
  known: { names: undefined, atLeast: 2 },
  ...more,
});

/** The shape of nested lists. */
const shapeOf = (node: unknown): number[] => (Array.isArray(node) ? [node.length, ...shapeOf(node[0])] : []);
const sum = (node: unknown): number => (Array.isArray(node) ? node.reduce((all: number, one) => all + sum(one), 0) : Number(node));

/** Takes one shape under one key; two probabilities for each row. */
function picky(key: string | undefined, shape: string, most = 100): (body: unknown) => unknown {
  return (body) => {
    const rows = (key === undefined ? body : (body as Record<string, Rows>)[key]) as Rows | undefined;
    if (!Array.isArray(rows) || rows.length > most || shapeOf(rows).slice(1).join() !== shape)
      throw new Error(`expected ${key} of [${shape}]`);
    return { predictions: rows.map((row) => [sum(row) / 100, 1 - sum(row) / 100]) };
  };
}

describe('the form of a request', () => {
  it.each([
    ['instances', '2,2,3', { instances: '$rows' }, 2],
    ['instances', '3,2,2', { instances: '$rows' }, 3],
    ['inputs', '12', { inputs: '$rows' }, 7],
    [undefined, '2,2,3', '$rows', 8],
  ] as const)('%s of [%s]', async (key, shape, request, questions) => {
    const found = await discover(searchFor(await clientOf(picky(key, shape))), trials);
    expect(found.endpoint).toMatchObject({
      request,
      response: 'predictions',
      output: 'probabilities',
      form: { kind: 'scores', numbers: 2 },
      rows: 32,
    });
    expect(found.p.shape.join()).toBe(shape);
    // Each refusal is one request, and is not repeated; the last two are one row and several.
    expect(server?.seen.requests).toBe(questions);
  });

  it('of a server that falls over what it does not know: tried once more, and then otherwise', async () => {
    const client = await clientOf(picky('instances', '3,2,2'), { fault: (n) => (n < 2 ? { kind: 'status', status: 500 } : undefined) });
    expect((await discover(searchFor(client), trials)).p.shape).toEqual([3, 2, 2]);
    expect(server?.seen.requests).toBe(4);
  });

  it('that nothing suits is one error with all that was tried, and with what the server says', async () => {
    const found = discover(searchFor(await clientOf(picky('images', '1'))), trials);
    await expect(found).rejects.toMatchObject({
      code: 'E_REMOTE_ANSWER',
      message: expect.stringContaining('no usual form of request suits'),
      hint: expect.stringMatching(/\{"inputs":"\$rows"\} with rows of \[12\]: status 400[\s\S]*expected images[\s\S]*--request/),
    });
    expect(server?.seen.requests).toBe(9);
  });

  it('is not searched for where the address or the right to ask is wrong', async () => {
    const client = await clientOf(() => ({}), { fault: () => ({ kind: 'status', status: 401 }) });
    await expect(discover(searchFor(client), trials)).rejects.toMatchObject({
      code: 'E_REMOTE_REFUSED',
      hint: expect.stringContaining('--header'),
    });
    expect(server?.seen.requests).toBe(1);
  });
});

describe('several rows in a request', () => {
  it('are left where only one is taken', async () => {
    const found = await discover(searchFor(await clientOf(picky('instances', '2,2,3', 1))), trials);
    expect(found.endpoint.rows).toBe(1);
    expect(found.notes.join(' ')).toContain('one row goes into a request');
  });

  it('are left where a row is answered otherwise beside others', async () => {
    const mixing = (body: unknown): unknown => {
      const { instances } = body as { instances: Rows };
      return { predictions: instances.map(() => [sum(instances), 1]) };
    };
    expect((await discover(searchFor(await clientOf(mixing)), trials)).endpoint.rows).toBe(1);
  });

  it('are as many as the user says', async () => {
    const found = await discover(searchFor(await clientOf(picky('instances', '2,2,3')), { manner: { rows: 3 } }), trials);
    expect(found.endpoint.rows).toBe(3);
  });
});

describe('the Open Inference Protocol', () => {
  const metadata = { name: 'm', inputs: [{ name: 'pixels', datatype: 'FP32', shape: [-1, 3, 2, 2] }], outputs: [] };
  const infer = (body: unknown): unknown => {
    const [{ name, shape, datatype, data }] = (body as { inputs: [{ name: string; shape: number[]; datatype: string; data: Rows }] })
      .inputs;
    if (name !== 'pixels' || datatype !== 'FP32' || shape.join() !== `${data.length},3,2,2`) throw new Error('wrong input');
    return { outputs: [{ name: 'y', datatype: 'FP32', shape: [data.length, 2], data: data.flatMap((row) => [sum(row), -1]) }] };
  };

  it('says itself what it wants', async () => {
    const client = await clientOf(infer, { path: '/v2/models/m/infer', get: (path) => (path === '/v2/models/m' ? metadata : undefined) });
    const told = await described(client);
    expect(told?.shape).toEqual([3, 2, 2]);
    const found = await discover(searchFor(client, { requests: [told?.request ?? null] }), [trials[1] as Trial]);
    expect(found.endpoint).toMatchObject({ response: 'outputs[0]', output: 'logits', rows: 32 });
  });

  it('is asked in its usual form where it says nothing, and not looked for elsewhere', async () => {
    expect(await described(await clientOf(infer, { path: '/v2/models/m/infer' }))).toMatchObject({ shape: undefined });
    expect(await described(await clientOf(infer, { path: '/v1/models/m:predict' }))).toBeUndefined();
  });
});

it('answers that fit no classes say how to name them', async () => {
  const client = await clientOf((body) => ({ predictions: (body as { instances: Rows }).instances.map(() => 'wolf') }));
  const found = discover(searchFor(client, { known: { names: ['cat', 'dog'], atLeast: 0 } }), trials);
  await expect(found).rejects.toMatchObject({ code: 'E_REMOTE_ANSWER', hint: expect.stringContaining('--classes') });
});
