/** Batch normalisation disappears into the layer before it, and only where that is right. */
import { describe, expect, it } from 'vitest';
import { expectSame, type Given, graphOf } from '../../../test/support/expect-lowering.ts';
import { type Attributes, float, int, ints, type Node } from '../../onnx/graph.ts';
import { floats, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { specialise } from '../specialise.ts';

const signed = (shape: readonly number[], seed = 1): Tensor =>
  floats(
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + 2 * i)),
    shape,
  );
const positive = (size: number): Tensor =>
  floats(
    Array.from({ length: size }, (_, i) => 0.3 + i / 5),
    [size],
  );
const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

const normalised = (from: string): Node => node('BatchNormalization', [from, 'x3', 'x4', 'x5', 'x6'], 'y', { epsilon: float(1e-3) });
const statistics = (channels: number): Tensor[] => [
  signed([channels], 3),
  signed([channels], 4),
  signed([channels], 5),
  positive(channels),
];

/** The core operators of a layer followed by batch normalisation, after checking that it computes the same. */
async function lowered(layer: Node, inputs: readonly Given[], channels: number): Promise<string[]> {
  const given = [...inputs, ...Array<undefined>(3 - inputs.length).fill(undefined), ...statistics(channels)];
  const graph = await expectSame(graphOf(15, [layer, normalised('h')], given, [{ name: 'y', type: 'float32', shape: null }]), given);
  return graph.nodes.map(({ op }) => op).filter((op) => op !== 'Identity');
}

describe('BatchNormalization', () => {
  it.each([
    ['with a bias', [[2, 3, 6, 5], signed([4, 3, 3, 3]), signed([4])], {}],
    ['without a bias', [[2, 3, 6, 5], signed([4, 3, 3, 3])], { strides: ints([2, 1]) }],
    ['in groups', [[2, 4, 6, 5], signed([4, 2, 3, 3]), signed([4])], { group: int(2) }],
    ['depthwise', [[2, 4, 6, 5], signed([4, 1, 3, 3])], { group: int(4), pads: ints([1, 1, 1, 1]) }],
    ['in one dimension', [[2, 4, 6], signed([4, 4, 3])], {}],
  ] as [string, Given[], Attributes][])('folds into a Conv %s', async (_, inputs, attributes) => {
    expect(await lowered(node('Conv', ['x0', 'x1', ...(inputs[2] ? ['x2'] : [])], 'h', attributes), inputs, 4)).toEqual(['Conv']);
  });
  it('folds into a Conv whose bias is declared absent', async () => {
    expect(await lowered(node('Conv', ['x0', 'x1', ''], 'h'), [[2, 3, 6, 5], signed([4, 3, 3, 3])], 4)).toEqual(['Conv']);
  });
  it.each([
    ['plain', [[2, 3], signed([3, 4]), signed([4])], {}],
    ['transposed', [[2, 3], signed([4, 3]), signed([4])], { transB: int(1) }],
    ['without a bias', [[2, 3], signed([3, 4])], {}],
    ['with a bias of one number', [[2, 3], signed([3, 4]), signed([])], {}],
  ] as [string, Given[], Attributes][])('folds into a Gemm, %s', async (_, inputs, attributes) => {
    expect(await lowered(node('Gemm', ['x0', 'x1', ...(inputs[2] ? ['x2'] : [])], 'h', attributes), inputs, 4)).toEqual(['Gemm']);
  });
  it('stays beside a Gemm that scales its product', async () => {
    expect(await lowered(node('Gemm', ['x0', 'x1', 'x2'], 'h', { alpha: float(0.5) }), [[2, 3], signed([3, 4]), signed([4])], 4)).toContain(
      'Mul',
    );
  });
  it('stays after a layer whose weights are computed', async () => {
    expect(
      await lowered(
        node('Conv', ['x0', 'x1'], 'h'),
        [
          [2, 3, 6, 5],
          [4, 3, 3, 3],
        ],
        4,
      ),
    ).toContain('Mul');
  });
  it('leaves the layer to whoever else reads it', async () => {
    const given: Given[] = [[2, 3, 6, 5], signed([4, 3, 3, 3]), undefined, ...statistics(4)];
    const nodes = [node('Conv', ['x0', 'x1'], 'h'), normalised('h'), node('Relu', ['h'], 'z')];
    await expectSame(
      graphOf(
        9,
        nodes,
        given,
        ['y', 'z'].map((name) => ({ name, type: 'float32', shape: null })),
      ),
      given,
    );
  });
  it('of weights by their own statistics follows from constants', async () => {
    const given: Given[] = [signed([4, 3, 3]), ...statistics(3)];
    const training = node('BatchNormalization', ['x0', 'x1', 'x2', 'x3', 'x4'], 'w', { training_mode: int(1), epsilon: float(0.01) });
    const weights: Node = { ...training, outputs: ['w', 'm', 'v'] };
    const all: Given[] = [...given, [2, 3, 7]];
    await expectSame(graphOf(15, [weights, node('Conv', ['x5', 'w'], 'y')], all, [{ name: 'y', type: 'float32', shape: null }]), all);
  });
  it('is refused in training mode, with what to do', async () => {
    const given: Given[] = [[2, 4, 6], undefined, undefined, ...statistics(4)];
    const training = { ...normalised('x0'), attributes: { training_mode: int(1) } };
    const graph = graphOf(15, [training], given, [{ name: 'y', type: 'float32', shape: null }]);
    await expect(specialise(graph, { x0: [2, 4, 6] }, evaluator(ortNode))).rejects.toMatchObject({
      code: 'E_MODEL_UNSUPPORTED',
      hint: expect.stringContaining('eval()'),
    });
  });
});
