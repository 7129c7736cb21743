/** The demo model behind a server of this process, with faults on demand. */
import { afterEach, expect } from 'vitest';
import type { ModelResult } from '../../src/audit/result.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { DEMO, type Ended, resultIn, runFolder } from './cli.ts';
import { type Endpoint, type EndpointOptions, type Fault, serve } from './endpoint.ts';

interface Body {
  readonly instances: readonly unknown[];
}

let loading: ReturnType<typeof ortNode.loadModel> | undefined;

/** Logits of the natural model for rows of [1, 28, 28]. */
export async function scores(body: unknown): Promise<number[][]> {
  loading ??= ortNode.loadModel(DEMO.natural);
  const { instances } = body as Body;
  const data = Float32Array.from(instances.flat(4) as number[]);
  const made = await (await loading).run({ image: { type: 'float32', shape: [instances.length, 1, 28, 28], data } });
  const logits = made.logits?.data as Float32Array;
  return instances.map((_, i) => Array.from(logits.slice(10 * i, 10 * (i + 1))));
}

/** Takes `{"instances": …}`, answers `{"predictions": …}`. */
export function demoEndpoint(fault?: EndpointOptions['fault'], more: Partial<EndpointOptions> = {}): Promise<Endpoint> {
  return serve({
    rowsIn: (body) => (body as Body).instances.length,
    answer: async (body) => ({ predictions: await scores(body) }),
    fault,
    ...more,
  });
}

/** Data and reading of the demo pair, quick. */
export const READING = ['--data', DEMO.images, '--labels', DEMO.labels, '--layout', 'NCHW', '--mean', '0', '--std', '1'];

export function modelOf({ cwd }: Ended): ModelResult {
  return resultIn(runFolder(cwd)).models[0] as ModelResult;
}

/** The result counts as the server does. */
export function expectCounted({ remote }: ModelResult, { seen }: Endpoint): void {
  const { requests, questions, answered, refused, unsure } = (remote as NonNullable<typeof remote>).asked;
  expect({ requests, rows: questions, answered: answered.rows, refused: refused.rows, unsure: unsure.rows }).toEqual({
    requests: seen.requests,
    rows: seen.rows,
    answered: seen.answered,
    refused: seen.refused,
    unsure: seen.unsure,
  });
}

const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
  { kind: 'reset' },
  { kind: 'text', body: '{"predictions": "soon"}' },
  { kind: 'silence', milliseconds: 1500 },
  { kind: 'torn' },
  { kind: 'slow', milliseconds: 200 },
];

/** Of so many requests one meets one of the faults, in turn. */
export const faulty =
  (every: number) =>
  (n: number): Fault | undefined =>
    n % every === 5 ? FAULTS[Math.floor(n / every) % FAULTS.length] : undefined;

/** For a test file: starts an endpoint that is closed after the test. */
export function demoEndpoints(): (...how: Parameters<typeof demoEndpoint>) => Promise<Endpoint> {
  let endpoint: Endpoint | undefined;
  afterEach(async () => {
    await endpoint?.close();
    endpoint = undefined;
  });
  return async (...how) => {
    endpoint = await demoEndpoint(...how);
    return endpoint;
  };
}
