/** A model without gradients is known as such before any attack runs, with the reason; the rest of it still runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudge } from '../model/judge.ts';
import { type ModelFile, readModelFile } from '../model/model-file.ts';
import { type Graph, int, type Node } from '../onnx/graph.ts';
import { floats, int64s } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { gradientLook } from './gradient-look.ts';

let dir: string;
let made = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gibbon-prepare-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

/** x ↦ x for rows of four numbers, followed by these nodes, which make `y`. */
async function model(...nodes: readonly Node[]): Promise<ModelFile> {
  const graph: Graph = {
    name: 'm',
    opsets: new Map([['', 18]]),
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 4] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 4] }],
    nodes,
    constants: new Map([
      ['zero', floats([0], [])],
      ['shape', int64s([-1, 4])],
    ]),
  };
  const path = join(dir, `${made++}.onnx`);
  writeFileSync(path, writeModel(graph).bytes);
  return readModelFile(path);
}

const ROW = { modality: 'tensor', layout: 'none', channels: 'none', shape: [4], mean: [0], std: [1], resize: 'crop' } as const;

const unsupported = async (...given: Parameters<typeof gradientLook>): Promise<readonly string[]> =>
  (await gradientLook(...given)).unsupported;

describe('gradientLook', () => {
  it('is empty for a model that can be lowered', async () => {
    expect(await unsupported(await model(node('Relu', ['x'], 'y')), ROW, ortNode)).toEqual([]);
  });

  it('names the operators that have no lowering', async () => {
    expect(await unsupported(await model(node('Det', ['x'], 'd'), node('Add', ['x', 'd'], 'y')), ROW, ortNode)).toEqual(['Det']);
  });

  it('gives the reason where the data decides a shape, and the model still runs', async () => {
    const shaped = await model(
      node('ReduceMax', ['x'], 'most', { keepdims: int(0) }),
      node('Mul', ['most', 'zero'], 'nothing'),
      node('Cast', ['nothing'], 'whole', { to: int(7) }),
      node('Add', ['shape', 'whole'], 'decided'),
      node('Reshape', ['x', 'decided'], 'y'),
    );
    expect(await unsupported(shaped, ROW, ortNode)).toEqual([expect.stringMatching(/^Reshape y: its shape depends on the data/)]);
    const p = { modality: 'tensor', layout: 'none', channels: 'none', shape: [4], mean: [0], std: [1], resize: 'crop' } as const;
    const judge = await createJudge(shaped, p, ortNode);
    expect((await judge.decide([Float32Array.of(1, 5, 2, 0)]))[0]?.label).toBe(1);
    await judge.release();
  });
});
