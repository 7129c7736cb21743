/** What the report says was replaced by what: the user's stand-ins, and those that nobody asked for beside them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StandInSettings } from '../model/gradient-settings.ts';
import { readModelFile } from '../model/model-file.ts';
import { type Graph, int, type Node } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { gradientLook } from './gradient-look.ts';

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

/** Bits of the input, weighed, squashed, and rounded. */
const BITS: Graph = {
  name: 'bits',
  opsets: new Map([['', 17]]),
  inputs: [{ name: 'x', type: 'float32', shape: ['n', 3] }],
  outputs: [{ name: 'scores', type: 'float32', shape: ['n', 2] }],
  nodes: [
    node('Greater', ['x', 'half'], 'above'),
    node('Cast', ['above'], 'bits', { to: int(1) }),
    node('MatMul', ['bits', 'weights'], 'sums'),
    node('Tanh', ['sums'], 'squashed'),
    node('MatMul', ['squashed', 'mix'], 'scores'),
  ],
  constants: new Map([
    ['half', floats([0.5], [])],
    ['weights', floats([1, -1, 2, -2, 3, -3], [3, 2])],
    ['mix', floats([1, -1, -1, 1], [2, 2])],
  ]),
};

async function looked(standIns: readonly StandInSettings[], exact = false): Promise<readonly string[]> {
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-look-')), 'bits.onnx');
  writeFileSync(path, writeModel(BITS).bytes);
  const p = { modality: 'tensor', layout: 'none', channels: 'none', shape: [3], mean: [0], std: [1], resize: 'stretch' } as const;
  const { masked, unsupported } = await gradientLook(await readModelFile(path), p, ortNode, { standIns, exact });
  expect(unsupported).toEqual([]);
  return masked;
}

const CUTS = ['Greater (counts as what it cuts off)', 'Cast (counts as what it cuts off)'];
const SQUASHED = { from: 'sums', to: 'squashed' };
const BY_HAND = { from: 'x', to: 'bits' };

it('nobody asked for what comparisons count as', async () => expect(await looked([])).toEqual(CUTS));
it('nor beside a stand-in that opens no way to the input', async () =>
  expect(await looked([SQUASHED])).toEqual(['squashed (counts as sums)', ...CUTS]));
it('one that opens a way leaves them alone', async () =>
  expect(await looked([SQUASHED, BY_HAND])).toEqual(['squashed (counts as sums)', 'bits (counts as x)']));
it('exact gradients take all of them away', async () => expect(await looked([SQUASHED, BY_HAND], true)).toEqual([]));
