/** A path that a rare row takes: the steps of attacks and the judge take it for that row alone, whatever else is in the batch. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attribute, type Graph, int, type Node } from '../onnx/graph.ts';
import { floats, int64s } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { branchesOnData } from '../transform/batch-dependent.ts';
import { readModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';
import { createTarget, type Target } from './target.ts';

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});
const branch = (weights: string, output: string): Attribute => ({
  kind: 'graph',
  value: {
    name: output,
    opsets: new Map(),
    inputs: [],
    outputs: [{ name: output, type: 'float32', shape: null }],
    nodes: [node('MatMul', ['x', weights], output)],
    constants: new Map(),
  },
});

/** x·w, but x·v where some first number of the batch passes 0.9. */
const hidden: Graph = {
  name: 'hidden',
  opsets: new Map([['', 13]]),
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 3] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 2] }],
  nodes: [
    node('Slice', ['x', 'zero', 'one', 'one'], 'first'),
    node('ReduceMax', ['first'], 'peak', { keepdims: int(0) }),
    node('Greater', ['peak', 'threshold'], 'fires'),
    node('If', ['fires'], 'y', { then_branch: branch('v', 'a'), else_branch: branch('w', 'b') }),
  ],
  constants: new Map([
    ['zero', int64s([0])],
    ['one', int64s([1])],
    ['threshold', floats([0.9], [])],
    ['w', floats([1, 2, -1, 3, 0.5, -2], [3, 2])],
    ['v', floats([-4, 1, 2, 0.25, 7, 1], [3, 2])],
  ]),
};
const numbers: Preprocessing = { modality: 'tensor', layout: 'none', channels: 'none', shape: [3], mean: [0], std: [1], resize: 'crop' };
const ROWS = [0.5, -0.5, 0.25, 0.95, -0.5, 0.25, 0.7, 1.5, -1];

describe('a model with a rare path', () => {
  let dir: string;
  let target: Target;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'gibbon-branches-'));
    writeFileSync(join(dir, 'm.onnx'), writeModel(hidden).bytes);
    target = await createTarget(await readModelFile(join(dir, 'm.onnx')), numbers, ortNode);
  });
  afterAll(async () => {
    await target.release();
    rmSync(dir, { recursive: true });
  });

  it('is seen to have one', () => {
    expect(branchesOnData(hidden)).toBe(true);
    const shapes = { ...hidden, nodes: [node('Shape', ['x'], 'peak'), ...hidden.nodes.slice(2)] };
    expect(branchesOnData(shapes)).toBe(false);
  });

  it('answers each row as if it were alone, with the gradient of its own path', async () => {
    const step = await target.compile('slopes', 3, (b) => {
      const x = b.row('x', 'input');
      const logits = b.logits(x);
      return { logits, slope: b.grad(b.g.sum(logits, [1]), x) };
    });
    const made = await step.run({ x: { type: 'float32', shape: [3, 3], data: Float32Array.from(ROWS) } });
    const rows = [0, 1, 2].map((i) => Float32Array.from(ROWS.slice(3 * i, 3 * i + 3)));
    const judged = await target.judge.scores(rows);
    expect(Array.from(made.logits?.data as Float32Array)).toEqual(judged.flatMap((row) => Array.from(row)));
    // The sums of the rows of w, and of v for the row that fires.
    expect(Array.from(made.slope?.data as Float32Array)).toEqual([3, 2, -1.5, -3, 2.25, 8, 3, 2, -1.5]);
  });
});
