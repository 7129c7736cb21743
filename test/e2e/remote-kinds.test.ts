/** Tables and texts behind addresses, in the forms of servers that people run: rows as records and classes by name, texts and lists of labelled scores, a server that says itself what it wants. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { ATTACKS_ONLY, gibbon } from '../support/cli.ts';
import { expectCounted, modelOf, READING, scores } from '../support/demo-endpoint.ts';
import { type Endpoint, serve } from '../support/endpoint.ts';
import { EXPORTS } from '../support/exports.ts';

let endpoint: Endpoint;
afterEach(() => endpoint?.close());

const QUICK = ['--preset', 'quick', '--workers', '1', ...ATTACKS_ONLY, '--knowledge', 'scores'];

type Row = Readonly<Record<string, string | number>>;

/** A pipeline of scikit-learn with one input for each column. */
async function credit(rows: readonly Row[]): Promise<{ default: number; repaid: number }[]> {
  const session = await ortNode.loadModel(join(EXPORTS, 'sklearn-columns-credit.onnx'));
  const shape = [rows.length, 1];
  const text = (name: string) => ({ type: 'string' as const, shape, data: rows.map((row) => String(row[name])) });
  const whole = (name: string) => ({ type: 'int64' as const, shape, data: BigInt64Array.from(rows, (row) => BigInt(row[name] as number)) });
  const amount = { type: 'float32' as const, shape, data: Float32Array.from(rows, (row) => row.amount as number) };
  const feeds = { age: whole('age'), amount, months: whole('months'), housing: text('housing'), purpose: text('purpose') };
  const made = (await session.run(feeds, ['probabilities'])).probabilities?.data as Float32Array;
  await session.release();
  return rows.map((_, i) => ({ default: made[2 * i] as number, repaid: made[2 * i + 1] as number }));
}

describe('a table', () => {
  const DATA = [
    '--data',
    join(EXPORTS, 'data/credit.csv'),
    '--label-column',
    'label',
    '--n',
    '20',
    '--epsilon',
    '0.3sd',
    '--queries-per-example',
    '100',
  ];

  it('as records, answered with classes by name, has the figures of the file', async () => {
    const file = await gibbon(['audit', join(EXPORTS, 'sklearn-columns-credit.onnx'), ...DATA, ...QUICK]);
    expect(file.code, file.stderr).toBe(0);
    endpoint = await serve({
      rowsIn: (body) => (body as { dataframe_records: Row[] }).dataframe_records.length,
      answer: (body) => credit((body as { dataframe_records: Row[] }).dataframe_records),
    });
    const remote = await gibbon([
      'audit',
      `${endpoint.origin}/invocations`,
      ...DATA,
      ...QUICK,
      '--request',
      '{"dataframe_records": "$records"}',
    ]);
    expect(remote.code, remote.stderr).toBe(0);
    const [local, asked] = [modelOf(file), modelOf(remote)];
    expect(asked.data).toMatchObject({ modality: 'table', classNames: ['default', 'repaid'] });
    expect(asked.samples).toEqual(local.samples);
    expect(asked.attacks).toEqual(local.attacks);
    expect(asked.threat.columns).toEqual(local.threat.columns);
    expectCounted(asked, endpoint);
  });

  it('in the form that MLflow takes is found by trying', async () => {
    endpoint = await serve({
      // Whatever form is tried.
      rowsIn: (body) => {
        const all = Object.values(body as Record<string, unknown[] | { data: unknown[] }>)[0];
        return Array.isArray(all) ? all.length : (all?.data.length ?? 0);
      },
      answer: async (body) => {
        const { columns, data } = (body as { dataframe_split: { columns: string[]; data: (string | number)[][] } }).dataframe_split;
        const found = await credit(data.map((cells) => Object.fromEntries(columns.map((name, i) => [name, cells[i] as string | number]))));
        return { predictions: found.map((one) => (one.repaid > 0.5 ? 'repaid' : 'default')) };
      },
    });
    const ended = await gibbon(['audit', `${endpoint.origin}/predict`, ...DATA, ...QUICK, '--knowledge', 'nothing']);
    expect(ended.code, ended.stderr).toBe(0);
    const model = modelOf(ended);
    expect(model.remote).toMatchObject({
      request: '{"dataframe_split":{"columns":"$columns","data":"$rows"}}',
      response: 'predictions',
      answers: 'labels',
    });
    expectCounted(model, endpoint);
  });
});

describe('texts', () => {
  const spam = (text: string): number =>
    1 / (1 + Math.exp(2 - 1.5 * (text.match(/£|\d{4,}|claim|reply|prize|free|stop|urgent/gi) ?? []).length));

  it('are sent as they are, and read from lists of labels with their scores', async () => {
    endpoint = await serve({
      rowsIn: (body) => (body as { inputs: string[] }).inputs.length,
      answer: (body) =>
        (body as { inputs: string[] }).inputs.map((text) => [
          { label: 'spam', score: spam(text) },
          { label: 'ham', score: 1 - spam(text) },
        ]),
    });
    const args = ['--data', join(EXPORTS, 'hf-text/messages.csv'), '--text-column', 'text', '--n', '12', '--epsilon', '2edits'];
    const ended = await gibbon(['audit', `${endpoint.origin}/models/spam`, ...args, ...QUICK, '--queries-per-example', '200']);
    expect(ended.code, ended.stderr).toBe(0);
    const model = modelOf(ended);
    expect(model.remote).toMatchObject({ request: '{"inputs":"$rows"}', response: '$', answers: 'scores', rowsPerRequest: 32 });
    expect(model.data).toMatchObject({ modality: 'text', classNames: ['ham', 'spam'] });
    expect(model.attacks.map(({ id }) => id)).toEqual(['random-edits', 'charmer']);
    expect(model.attacks[1]?.toSuccess?.queries.length).toBe(model.attacks[1]?.successRate.count);
    expect(model.attacks[1]?.successRate.count).toBeGreaterThan(0);
    expectCounted(model, endpoint);
  });
});

describe('a server of the Open Inference Protocol', () => {
  it('is asked as its metadata say, without a question for that', async () => {
    interface Infer {
      readonly inputs: readonly [{ readonly name: string; readonly shape: readonly number[]; readonly data: readonly unknown[] }];
    }
    endpoint = await serve({
      rowsIn: (body) => (body as Infer).inputs[0].shape[0] as number,
      get: (path) =>
        path === '/v2/models/digits'
          ? { name: 'digits', inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 28, 28] }] }
          : undefined,
      answer: async (body) => {
        const [{ data, name }] = (body as Infer).inputs;
        if (name !== 'image') throw new Error(`unexpected inference input ${name}`);
        const found = await scores({ instances: data });
        return { model_name: 'digits', outputs: [{ name: 'logits', datatype: 'FP32', shape: [found.length, 10], data: found.flat() }] };
      },
    });
    const args = [
      'audit',
      `${endpoint.origin}/v2/models/digits/infer`,
      ...READING.slice(0, 4),
      '--mean',
      '0',
      '--n',
      '10',
      '--preset',
      'quick',
      '--only',
      'noise-baseline',
      '--knowledge',
      'nothing',
    ];
    const ended = await gibbon(args);
    expect(ended.code, ended.stderr).toBe(0);
    const model = modelOf(ended);
    expect(model.remote).toMatchObject({ response: 'outputs[0]', answers: 'scores' });
    expect(JSON.parse(model.remote?.request ?? '')).toEqual({
      inputs: [{ name: 'image', shape: '$shape', datatype: 'FP32', data: '$rows' }],
    });
    expect(model.preprocessing).toMatchObject({ layout: 'NCHW', shape: [1, 28, 28] });
    expect(model.path).toContain(endpoint.origin);
    expectCounted(model, endpoint);
  });
});
