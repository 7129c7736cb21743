/** What a file says of itself, and the newest format that the runtime loads. */
import { describe, expect, it } from 'vitest';
import { ortNode } from '../runtime/ort-node.ts';
import { aboutModel } from './about.ts';
import type { Graph } from './graph.ts';
import { readModel } from './read.ts';
import { writeModel } from './write.ts';

const port = (name: string): Graph['inputs'][number] => ({ name, type: 'float32', shape: [2] });
const model = (opset: number): Uint8Array =>
  writeModel({
    name: 'g',
    opsets: new Map([['', opset]]),
    inputs: [port('x')],
    outputs: [port('y')],
    nodes: [{ op: 'Relu', domain: '', name: 'n', inputs: ['x'], outputs: ['y'], attributes: {} }],
    constants: new Map(),
  }).bytes;

describe('a newer operator set', () => {
  it.each([7, 18, 26])('is not opset %d: the runtime loads it', async (opset) => {
    expect(aboutModel(readModel(model(opset)))).toEqual({ irVersion: 9, producer: 'gibbon', newer: null });
    await (await ortNode.loadModel(model(opset))).release();
  });
  it.each([27, 99])('is opset %d: the runtime refuses it, and so it is said', async (opset) => {
    expect(aboutModel(readModel(model(opset))).newer).toBe(`opset ${opset} (up to 26 is known)`);
    await expect(ortNode.loadModel(model(opset))).rejects.toMatchObject({
      code: 'E_MODEL_LOAD',
      hint: expect.stringContaining('older opset'),
    });
  });
});
