/** A model of more than 1 GB with its weights in a file: read, explained, run and differentiated without a copy of them in memory. Prints its figures. */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspect } from '../../src/audit/inspect.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import { type Graph, int, type Node } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { Session } from '../../src/runtime/runtime.ts';
import { gradient } from '../../src/transform/gradient.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { scratch } from '../support/cli.ts';

const HIDDEN = 16_384;
const SHAPES = { w1: [784, HIDDEN], w2: [HIDDEN, HIDDEN], w3: [HIDDEN, 10] };
const PIECE = 2 ** 22;
const ROWS = [2, 1, 28, 28];
const MIB = 2 ** 20;

const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

/** Two hidden layers; the weights are drawn straight into their file. */
function generate(folder: string): string {
  const constants = new Map<string, Tensor>();
  for (const [at, [name, shape]] of Object.entries(SHAPES).entries()) {
    // Named as a graph is written with its constants outside.
    const fd = openSync(join(folder, `blob-${at}`), 'w');
    const rng = keyedRng(0, name);
    const limit = Math.sqrt(3 / (shape[0] as number));
    for (let left = sizeOf(shape); left > 0; left -= PIECE) {
      const piece = new Float32Array(Math.min(PIECE, left));
      rng.fillUniform(piece, -limit, limit);
      writeSync(fd, new Uint8Array(piece.buffer));
    }
    closeSync(fd);
    constants.set(name, { type: 'float32', shape, data: new Uint8Array() });
  }
  const graph: Graph = {
    name: 'big',
    opsets: new Map([['', 17]]),
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 1, 28, 28] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 10] }],
    nodes: [
      node('Flatten', ['x'], 'f', { axis: int(1) }),
      node('MatMul', ['f', 'w1'], 'a'),
      node('Relu', ['a'], 'b'),
      node('MatMul', ['b', 'w2'], 'c'),
      node('Relu', ['c'], 'd'),
      node('MatMul', ['d', 'w3'], 'y'),
    ],
    constants,
  };
  const path = join(folder, 'big.onnx');
  writeFileSync(path, writeModel(graph, 1).bytes);
  return path;
}

/** MiB of this process: private memory, and pages of mapped files, which all processes share. */
function memory(): { readonly own: number; readonly mapped: number } {
  const status = readFileSync('/proc/self/status', 'latin1');
  const read = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { own: read('RssAnon'), mapped: read('RssFile') };
}

let path: string;
let weights: number;
beforeAll(() => {
  path = generate(scratch());
  weights = Object.values(SHAPES).reduce((sum, shape) => sum + (4 * sizeOf(shape)) / MIB, 0);
});
const sessions: Session[] = [];
afterAll(() => Promise.all(sessions.map((session) => session.release())));

it('is read, explained, judged and differentiated with less private memory than a quarter of its weights', async () => {
  const before = memory();
  const note = (what: string): void => {
    const now = memory();
    console.log(
      `${what}: ${Math.round(now.own - before.own)} MiB of its own, ${Math.round(now.mapped - before.mapped)} MiB mapped (weights: ${Math.round(weights)} MiB)`,
    );
    expect(now.own - before.own).toBeLessThan(weights / 4);
  };
  const model = await readModelFile(path);
  note('read');
  await inspect(path, ortNode);
  note('explained');
  const x = { x: { type: 'float32' as const, shape: ROWS, data: new Float32Array(sizeOf(ROWS)).fill(0.5) } };
  const original = await ortNode.loadModel(path, { prepack: false });
  sessions.push(original);
  const expected = Array.from((await original.run(x)).y?.data as Float32Array);
  note('judged');
  const core = await specialise(model.graph, { x: ROWS }, evaluator(ortNode));
  const g = newGraph();
  const input = g.input('x', 'float32', ROWS);
  const y = g.inline(core, new Map([['x', input]])).get('y');
  if (!y) throw new Error('no output');
  const [slope] = gradient(g, [{ value: y, cotangent: g.expand(g.scalar(1, y), y.shape) }], [input]);
  if (!slope) throw new Error('no gradient');
  const session = await ortNode.load(g.finish({ y, slope }));
  sessions.push(session);
  const made = await session.run(x);
  note('differentiated');
  // Sums of 784, 16 384 and 16 384 products: relative rounding of at most their number times 2^-24 of the sums of absolute values, here by far less.
  const largest = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) expect(Math.abs((made.y?.data[i] as number) - value)).toBeLessThan(1e-3 * largest);
  expect(Array.from((made.slope?.data ?? []) as Float32Array).some((value) => value !== 0)).toBe(true);
});

it('has its weights when they are asked for', () => {
  const bytes = readFileSync(path);
  const parts: [number, number][] = [];
  const graph = readModel(bytes, () => ({
    size: 4 * HIDDEN * HIDDEN,
    read: (offset, length) => {
      parts.push([offset, length]);
      return new Uint8Array(length);
    },
  }));
  expect(parts).toEqual([]);
  expect(graph.constants.get('w3')?.data.byteLength).toBe(4 * HIDDEN * 10);
  expect(parts).toEqual([[0, 4 * HIDDEN * 10]]);
});
