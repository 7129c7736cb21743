/** Sequences and optionals between tensors, against ONNX Runtime on the original. */
import { describe, expect, it } from 'vitest';
import { expectSame, type Given, graphOf } from '../../../test/support/expect-lowering.ts';
import { loweredFrom } from '../../../test/support/expect-path.ts';
import { type Attributes, type Graph, int, type Node } from '../../onnx/graph.ts';
import { int64s } from '../../onnx/tensor.ts';

const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  op,
  domain: '',
  name: `to ${output}`,
  inputs,
  outputs: [output],
  attributes,
});
const y: Graph['outputs'] = [{ name: 'y', type: 'float32', shape: null }];
const same = (nodes: readonly Node[], given: readonly Given[], outputs = y, opset = 17): Promise<void> =>
  expectSame(graphOf(opset, nodes, given, outputs), given).then(() => undefined);
const at = (index: number): ReturnType<typeof int64s> => int64s([index], []);

describe('SequenceConstruct', () => {
  const given: Given[] = [[2, 3], [4, 3], at(-1), at(0)];
  const start = node('SequenceConstruct', ['x0', 'x1'], 's');
  it('and SequenceAt', () => same([start, node('SequenceAt', ['s', 'x2'], 'y')], given));
  it('and ConcatFromSequence', () => same([start, node('ConcatFromSequence', ['s'], 'y', { axis: int(0) })], given));
  it('and ConcatFromSequence along a new axis', () =>
    same(
      [node('SequenceConstruct', ['x0', 'x0'], 's'), node('ConcatFromSequence', ['s'], 'y', { axis: int(-1), new_axis: int(1) })],
      given.slice(0, 1),
    ));
  it('and SequenceLength', () => same([start, node('SequenceLength', ['s'], 'y')], given, [{ name: 'y', type: 'int64', shape: [] }]));
  it.each([['x3'], ['x2'], ['']])('with SequenceInsert and SequenceErase at %s', (position) =>
    same(
      [
        start,
        node('SequenceInsert', ['s', 'x0', position], 'longer'),
        node('SequenceErase', ['longer', position], 't'),
        node('ConcatFromSequence', ['t'], 'y', { axis: int(0) }),
      ],
      given,
    ),
  );
  it('at a position that the data decides is refused', async () => {
    const nodes = [
      node('ReduceMax', ['x0'], 'm', { keepdims: int(0) }),
      node('Cast', ['m'], 'i', { to: int(7) }),
      start,
      node('SequenceAt', ['s', 'i'], 'y'),
    ];
    const graph = graphOf(17, nodes, [[2, 3], int64s([1])], y);
    await expect(loweredFrom(graph, [2, 3])).rejects.toMatchObject({ message: expect.stringContaining('depends on the data') });
  });
});

describe('SequenceEmpty', () => {
  it('grows', () =>
    same(
      [
        node('SequenceEmpty', [], 's'),
        node('SequenceInsert', ['s', 'x0'], 't'),
        node('SequenceInsert', ['t', 'x1'], 'u'),
        node('ConcatFromSequence', ['u'], 'y', { axis: int(0) }),
      ],
      [
        [2, 3],
        [1, 3],
      ],
    ));
});

describe('SplitToSequence', () => {
  it.each([
    ['parts of one', undefined, 2, {}],
    ['parts of one without their axis', undefined, 1, { keepdims: int(0) }],
    ['parts of a size', at(2), 2, {}],
    ['sizes', int64s([1, 3, 1]), 1, {}],
  ])('into %s', (_, sizes, pick, attributes) =>
    same(
      [node('SplitToSequence', sizes ? ['x0', 'x1'] : ['x0'], 's', { axis: int(1), ...attributes }), node('SequenceAt', ['s', 'x2'], 'y')],
      [[2, 5], sizes, at(pick)],
    ),
  );
});

describe('Optional', () => {
  it('gives back what it holds', () => same([node('Optional', ['x0'], 'o'), node('OptionalGetElement', ['o'], 'y')], [[2, 3]]));
  it('knows whether it holds something', () =>
    same([node('Optional', ['x0'], 'o'), node('OptionalHasElement', ['o'], 'y')], [[2, 3]], [{ name: 'y', type: 'bool', shape: [] }]));
});
