/** Order and names: what ONNX Runtime accepts is read, and put in order; what it refuses is refused. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ortNode } from '../runtime/ort-node.ts';
import { ModelProtoSchema, ValueInfoProtoSchema } from './generated/onnx_pb.js';
import type { Attribute, Graph, Node } from './graph.ts';
import { readModel } from './read.ts';
import { bools, floats } from './tensor.ts';
import { writeModel } from './write.ts';

const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: '',
  inputs,
  outputs: [output],
  attributes,
});
const port = (name: string): Graph['inputs'][number] => ({ name, type: 'float32', shape: [2] });
const graph = (nodes: Node[], changes: Partial<Graph> = {}): Graph => ({
  name: 'g',
  opsets: new Map([['', 18]]),
  inputs: [port('x')],
  outputs: [port('y')],
  nodes,
  constants: new Map([
    ['w', floats([3, 4], [2])],
    ['go', bools([true], [])],
  ]),
  ...changes,
});
const branch = (nodes: Node[], output: string): Attribute => ({
  kind: 'graph',
  value: { ...graph(nodes), inputs: [], outputs: [port(output)], constants: new Map() },
});
const choice = (inner: Node[]): Node['attributes'] => ({
  then_branch: branch(inner, 't'),
  else_branch: branch([node('Neg', ['x'], 'e')], 'e'),
});

async function run(bytes: Uint8Array): Promise<number[]> {
  const session = await ortNode.loadModel(bytes);
  const made = await session.run({ x: { type: 'float32', shape: [2], data: Float32Array.of(1, -2) } });
  await session.release();
  return Array.from(made.y?.data as Float32Array);
}

describe('the order of nodes', () => {
  it('counts what branches take from outside', async () => {
    const inner = [node('Add', ['late', 'w'], 't')];
    const { bytes } = writeModel(graph([node('If', ['go'], 'y', choice(inner)), node('Neg', ['x'], 'late')]));
    const read = readModel(bytes);
    expect(read.nodes.map(({ op }) => op)).toEqual(['Neg', 'If']);
    expect(await run(writeModel(read).bytes)).toEqual([2, 6]);
  });
  it('inside branches is mended as well', () => {
    const inner = [node('Neg', ['h'], 't'), node('Add', ['x', 'w'], 'h')];
    const read = readModel(writeModel(graph([node('If', ['go'], 'y', choice(inner))])).bytes);
    const { then_branch: own } = read.nodes[0]?.attributes ?? {};
    expect(own?.kind === 'graph' && own.value.nodes.map(({ op }) => op)).toEqual(['Add', 'Neg']);
  });
});

describe('initializers that are inputs as well (IR version 3)', () => {
  it('are constants', async () => {
    const model = fromBinary(
      ModelProtoSchema,
      writeModel(graph([node('Add', ['x', 'w'], 'y')], { constants: new Map([['w', floats([3, 4], [2])]]) })).bytes,
    );
    const [x] = model.graph?.input ?? [];
    model.graph?.input.unshift(Object.assign(create(ValueInfoProtoSchema), x, { name: 'w' }));
    model.irVersion = 3n;
    const bytes = toBinary(ModelProtoSchema, model);
    const read = readModel(bytes);
    expect(read.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(await run(bytes)).toEqual([4, 2]);
    expect(await run(writeModel(read).bytes)).toEqual([4, 2]);
  });
});

describe('names that ONNX Runtime refuses', () => {
  it.each<[string, Graph]>([
    ['a value made twice', graph([node('Neg', ['x'], 'y'), node('Abs', ['x'], 'y')])],
    ['a value that nothing makes', graph([node('Add', ['x', 'nowhere'], 'y')])],
    ['an output that nothing makes', graph([node('Neg', ['x'], 'z')])],
    ['a circle', graph([node('Add', ['x', 'b'], 'a'), node('Neg', ['a'], 'b'), node('Neg', ['b'], 'y')])],
    ['a node that reads itself', graph([node('Add', ['x', 'y'], 'y')])],
    ['a branch that reads what nothing makes', graph([node('If', ['go'], 'y', choice([node('Add', ['x', 'nowhere'], 't')]))])],
    ['a branch that reads what another branch makes', graph([node('If', ['go'], 'y', choice([node('Abs', ['e'], 't')]))])],
    ['a value that is an input, too', graph([node('Neg', ['w'], 'x'), node('Neg', ['x'], 'y')])],
  ])('%s', async (_, made) => {
    const { bytes } = writeModel(made);
    await expect(ortNode.loadModel(bytes)).rejects.toMatchObject({ code: 'E_MODEL_LOAD' });
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code: 'E_MODEL_UNREADABLE', hint: expect.stringMatching(/.{20}/) }));
  });
  it('a constant with two values, of which ONNX Runtime takes the first', async () => {
    const value = (one: number): Attribute => ({ kind: 'tensor', value: floats([one, one], [2]) });
    const nodes = [
      node('Constant', [], 'c', { value: value(3) }),
      node('Constant', [], 'd', { value: value(4) }),
      node('Add', ['x', 'c'], 'y'),
    ];
    const model = fromBinary(ModelProtoSchema, writeModel(graph(nodes)).bytes);
    const [first, second] = model.graph?.node ?? [];
    first?.attribute.push(...(second?.attribute ?? []));
    const twice = toBinary(ModelProtoSchema, model);
    expect(await run(twice)).toEqual([4, 1]);
    expect(() => readModel(twice)).toThrow(
      expect.objectContaining({ code: 'E_MODEL_UNREADABLE', message: expect.stringContaining('two attributes') }),
    );
  });
  it('a name that no object can have as its key', () => {
    const { bytes } = writeModel(graph([node('Neg', ['x'], '__proto__'), node('Neg', ['__proto__'], 'y')]));
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code: 'E_MODEL_UNREADABLE' }));
  });
});
