/** Composed models against ONNX Runtime running their parts one after the other. */
import { describe, expect, it } from 'vitest';
import { spread } from '../../test/support/expect-gradient.ts';
import { graphOf } from '../../test/support/expect-lowering.ts';
import type { Attributes, Graph, Node } from '../onnx/graph.ts';
import { readModel } from '../onnx/read.ts';
import { bools, floats } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { ortNode } from '../runtime/ort-node.ts';
import type { HostTensor } from '../runtime/runtime.ts';
import { composed } from './compose.ts';

const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});
const out = (name: string, shape: Graph['outputs'][number]['shape'] = null): Graph['outputs'][number] => ({ name, type: 'float32', shape });

const SHAPE = [2, 3];
const FRONT = graphOf(15, [node('Mul', ['x0', 'x1'], 'a'), node('Round', ['a'], 'y')], [SHAPE, floats([4], [])], [out('y', SHAPE)]);
/** Shares every name with the front but means something else by it, inside a branch as well. */
const body = (op: string): Graph => ({ ...graphOf(15, [node(op, ['y', 'x1'], 'a')], [], [out('a')]), constants: new Map() });
const NET = graphOf(
  15,
  [
    node('Sub', ['x0', 'x1'], 'y'),
    node('If', ['x2'], 'z', { then_branch: { kind: 'graph', value: body('Mul') }, else_branch: { kind: 'graph', value: body('Add') } }),
  ],
  [SHAPE, floats([1, 2, 3], [3]), bools([true], [])],
  [out('z', SHAPE)],
);
const BACK = graphOf(15, [node('Softmax', ['x0'], 'y'), node('Neg', ['x0'], 'z')], [[2, 3]], [out('y'), out('z')]);

async function run(graph: Graph, x: Float32Array): Promise<Record<string, HostTensor>> {
  const session = await ortNode.loadModel(writeModel(graph).bytes, { optimisation: 'disabled' });
  const made = await session.run({ [graph.inputs[0]?.name as string]: { type: 'float32', shape: SHAPE, data: x } });
  await session.release();
  return made;
}
const numbers = (tensor: HostTensor | undefined): Float32Array => Float32Array.from((tensor as HostTensor).data as Float32Array);
const stage = (name: string, graph: Graph) => ({ name, graph });

describe('composed', () => {
  it('gives what its parts give in turn, bit for bit', async () => {
    const x = Float32Array.from(spread(6, 3));
    const whole = readModel(writeModel(composed([stage('front', FRONT), stage('net', NET), stage('back', BACK)])).bytes);
    expect([whole.inputs, whole.outputs].map((ports) => ports.map(({ name }) => name))).toEqual([['x0'], ['y', 'z']]);
    const [front, made] = [numbers((await run(FRONT, x)).y), await run(whole, x)];
    const expected = await run(BACK, numbers((await run(NET, front)).z));
    expect(whole.outputs.map(({ name }) => numbers(made[name]))).toEqual([numbers(expected.y), numbers(expected.z)]);
  });

  it('free names are free in both parts', async () => {
    const first = graphOf(15, [node('Mul', ['x0', 'w'], 'w_3')], [SHAPE], [out('w_3', SHAPE)]);
    const second = graphOf(15, [node('Add', ['x0', 'w_2'], 'w')], [SHAPE], [out('w', SHAPE)]);
    const [a, b] = [floats([2], []), floats([3], [])];
    const whole = composed([
      stage('a', { ...first, constants: new Map([['w', a]]) }),
      stage('b', { ...second, constants: new Map([['w_2', b]]) }),
    ]);
    const x = Float32Array.from(spread(6, 3));
    expect(numbers((await run(readModel(writeModel(whole).bytes), x)).w)).toEqual(x.map((v) => v * 2 + 3));
  });

  it.each([
    ['two outputs', BACK, NET, /back has 2 outputs, not one/],
    ['another shape', { ...FRONT, outputs: [out('y', [2, 4])] }, NET, /gives \[2, 4\], and \[2, 3\] is wanted/],
    ['another type', { ...FRONT, outputs: [{ ...out('y', SHAPE), type: 'int64' as const }] }, NET, /gives int64, and float32/],
    ['another opset', { ...FRONT, opsets: new Map([['', 13]]) }, NET, /is of opset 13, net of opset 15/],
  ])('%s is refused', (_, before, after, message) => {
    expect(() => composed([stage('back', before), stage('net', after)])).toThrow(message);
  });

  it('of one model there is nothing to compose', () => {
    expect(() => composed([stage('net', NET)])).toThrow('nothing to put together');
  });
});
