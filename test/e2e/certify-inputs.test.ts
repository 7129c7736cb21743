/** Certificates and properties of a network with two inputs and two outputs, beside ONNX Runtime on the file itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpz } from '../../src/data/npy-write.ts';
import type { Graph, Node } from '../../src/onnx/graph.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor, Session } from '../../src/runtime/runtime.ts';
import { gibbon, put, resultIn, scratch } from '../support/cli.ts';

const [A, B, HIDDEN, CLASSES, N] = [2, 3, 4, 3, 40];
const rng = keyedRng(8, 'two inputs');
const drawn = (count: number): Float32Array => {
  const values = new Float32Array(count);
  rng.fillNormal(values);
  return values;
};
const node = (op: string, inputs: string[], output: string): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
});

const model: Graph = {
  name: 'two inputs',
  opsets: new Map([['', 17]]),
  inputs: [
    { name: 'a', type: 'float32', shape: ['n', A] },
    { name: 'b', type: 'float32', shape: ['n', B] },
  ],
  outputs: [
    { name: 'logits', type: 'float32', shape: ['n', CLASSES] },
    { name: 'hidden', type: 'float32', shape: ['n', HIDDEN] },
  ],
  nodes: [
    node('Gemm', ['a', 'wa', 'ba'], 'fromA'),
    node('Gemm', ['b', 'wb', 'ba'], 'fromB'),
    node('Add', ['fromA', 'fromB'], 'sum'),
    node('Relu', ['sum'], 'hidden'),
    node('Gemm', ['hidden', 'wo', 'bo'], 'logits'),
  ],
  constants: new Map([
    ['wa', floats(drawn(A * HIDDEN), [A, HIDDEN])],
    ['wb', floats(drawn(B * HIDDEN), [B, HIDDEN])],
    ['ba', floats(drawn(HIDDEN), [HIDDEN])],
    ['wo', floats(drawn(HIDDEN * CLASSES), [HIDDEN, CLASSES])],
    ['bo', floats(drawn(CLASSES), [CLASSES])],
  ]),
};

const folder = scratch();
const path = put(folder, 'two.onnx', writeModel(model).bytes);
const a = drawn(N * A);
const b = drawn(N * B).map((value) => 5 * value);
let session: Session;
beforeAll(async () => {
  session = await ortNode.loadModel(path);
});
afterAll(() => session.release());

async function answers(rows: readonly (readonly number[])[]): Promise<{ logits: number[]; hidden: number[]; label: number }[]> {
  const part = (from: number, to: number): HostTensor => ({
    type: 'float32',
    shape: [rows.length, to - from],
    data: Float32Array.from(rows.flatMap((row) => row.slice(from, to))),
  });
  const made = await session.run({ a: part(0, A), b: part(A, A + B) });
  return rows.map((_, i) => {
    const [logits, hidden] = [
      ['logits', CLASSES],
      ['hidden', HIDDEN],
    ].map(([name, size]) =>
      Array.from((made[name as string] as HostTensor).data as Float32Array).slice(i * Number(size), (i + 1) * Number(size)),
    ) as [number[], number[]];
    return { logits, hidden, label: logits.indexOf(Math.max(...logits)) };
  });
}

const rows = Array.from({ length: N }, (_, i) => [...a.subarray(i * A, (i + 1) * A), ...b.subarray(i * B, (i + 1) * B)]);

describe('a network with two inputs', () => {
  it('is certified over both at once, in the units of the audit', async () => {
    const y = (await answers(rows)).map(({ label }) => label);
    const data = put(
      folder,
      'two.npz',
      writeNpz({
        a: { data: a, shape: [N, A], dtype: 'float32' },
        b: { data: b, shape: [N, B], dtype: 'float32' },
        y: { data: y, shape: [N], dtype: 'int32' },
      }),
    );
    const asked = ['--n', '6', '--epsilon', '0.05', '--radius', '--certificates', '--budget', '5s', '--run', 'run', '--workers', '1'];
    const { code, stderr, cwd } = await gibbon(['certify', path, '--data', data, ...asked]);
    expect(code, stderr).toBe(0);
    const samples = resultIn(join(cwd, 'run')).models[0]?.certificates?.samples ?? [];
    expect(samples).toHaveLength(6);
    const files = readdirSync(join(cwd, 'run/certificates')).map((name) => join(cwd, 'run/certificates', name));
    const again = await gibbon(['certify', path, '--recheck', ...files]);
    expect(again.code, again.stdout).toBe(0);
    const columns = Array.from({ length: A + B }, (_, k) => rows.map((row) => row[k] as number));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / N;
    const spread = columns.map((values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2))));
    const inside = keyedRng(9, 'inside');
    for (const { index, status, lower, upper } of samples) {
      expect(lower).toBeGreaterThan(0);
      // Branch and bound decides a network of four neurons, to the 2 % of the halving and what the attacks leave.
      expect(status).not.toBe('undecided');
      expect(lower).toBeGreaterThan(0.8 * Math.min(upper ?? Number.POSITIVE_INFINITY, 0.05 * 4));
      const points = Array.from({ length: 300 }, () =>
        (rows[index] as number[]).map((value, k) => {
          const moved = value + (inside.uniform() < 0.5 ? -1 : 1) * lower * (1 - 1e-5) * (spread[k] as number);
          return Math.min(Math.max(moved, Math.min(...(columns[k] as number[]))), Math.max(...(columns[k] as number[])));
        }),
      );
      for (const { label } of await answers(points)) expect(label).toBe(y[index]);
    }
  });

  it('has properties over all its inputs and outputs, decided both ways', async () => {
    const inputs = Array.from(
      { length: A + B },
      (_, i) => `(declare-const X_${i} Real)(assert (>= X_${i} -1.0))(assert (<= X_${i} ${i < A ? 1 : 2}.0))`,
    );
    const outputs = Array.from({ length: CLASSES + HIDDEN }, (_, i) => `(declare-const Y_${i} Real)`);
    const corners = Array.from({ length: 2 ** (A + B) }, (_, bits) =>
      Array.from({ length: A + B }, (_, i) => ((bits >> i) & 1 ? (i < A ? 1 : 2) : -1)),
    );
    // The hidden values are rectified sums, so their largest one is at a corner.
    const most = Math.max(...(await answers(corners)).map(({ hidden }) => hidden[1] as number));
    const decide = async (violation: string): Promise<{ status: string; inputs: number[]; outputs: number[] }> => {
      const file = put(folder, 'p.vnnlib', [...inputs, ...outputs, `(assert ${violation})`].join('\n'));
      const json = join(folder, 'out.json');
      const { code, stderr } = await gibbon(['certify', path, '--property', file, '--budget', '20s', '--json', json]);
      expect(code, stderr).toBe(0);
      return (JSON.parse(readFileSync(json, 'utf8')) as { status: string; inputs: number[]; outputs: number[] }[])[0] as never;
    };
    expect((await decide(`(>= Y_${CLASSES + 1} ${(most * 1.001).toFixed(6)})`)).status).toBe('unsat');
    const broken = await decide(`(>= Y_${CLASSES + 1} ${(most * 0.99).toFixed(6)})`);
    expect(broken.status).toBe('sat');
    const [answer] = await answers([broken.inputs]);
    expect(answer?.hidden[1]).toBeGreaterThanOrEqual(most * 0.98);
    expect([...(answer?.logits ?? []), ...(answer?.hidden ?? [])]).toEqual(broken.outputs);
  });
});
