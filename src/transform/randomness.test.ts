/** Random nodes are found wherever they stand, and dropout only where it is training. */
import { expect, it } from 'vitest';
import { type Graph, int, type Node } from '../onnx/graph.ts';
import { bools, floats } from '../onnx/tensor.ts';
import { evaluator } from '../runtime/evaluate.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { randomNodes } from './randomness.ts';

const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

function graph(nodes: Node[], output = 'y'): Graph {
  return {
    name: 'g',
    opsets: new Map([['', 17]]),
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 4] }],
    outputs: [{ name: output, type: 'float32', shape: null }],
    nodes,
    constants: new Map([
      ['ratio', floats([0.5], [])],
      ['yes', bools([true], [])],
      ['no', bools([false], [])],
    ]),
  };
}
const evaluate = evaluator(ortNode);
const found = async (...nodes: Node[]): Promise<string[]> => (await randomNodes(graph(nodes), evaluate)).map(({ name }) => name);

it('finds noise that reaches the output, and no other', async () => {
  expect(await found(node('RandomNormalLike', ['x'], 'noise'), node('Add', ['x', 'noise'], 'y'))).toEqual(['noise']);
  expect(await found(node('RandomNormalLike', ['x'], 'unused'), node('Relu', ['x'], 'y'))).toEqual([]);
});

it('finds noise inside a branch', async () => {
  const branch = (op: string): Node['attributes'][string] => ({
    kind: 'graph',
    value: { ...graph([node(op, ['x'], 'inner')], 'inner'), inputs: [], constants: new Map() },
  });
  const attributes = { then_branch: branch('RandomUniformLike'), else_branch: branch('Relu') };
  expect(await found(node('If', ['yes'], 'y', attributes))).toEqual(['inner']);
  expect(await found(node('If', ['no'], 'y', attributes))).toEqual([]);
  expect(await found(node('Not', ['no'], 'taken'), node('If', ['taken'], 'y', attributes))).toEqual(['inner']);
  expect(
    await found(node('ReduceMax', ['x'], 'most'), node('Cast', ['most'], 'taken', { to: int(9) }), node('If', ['taken'], 'y', attributes)),
  ).toEqual(['inner']);
});

it('takes dropout for random only where it is training, or where the data says so', async () => {
  expect(await found(node('Dropout', ['x', 'ratio', 'yes'], 'y'))).toEqual(['y']);
  expect(await found(node('Dropout', ['x', 'ratio', 'no'], 'y'))).toEqual([]);
  expect(await found(node('Dropout', ['x', 'ratio'], 'y'))).toEqual([]);
  expect(
    await found(
      node('Constant', [], 'flag', { value: { kind: 'tensor', value: bools([true], []) } }),
      node('Dropout', ['x', '', 'flag'], 'y'),
    ),
  ).toEqual(['y']);
  expect(await found(node('Cast', ['x'], 'flag', { to: int(9) }), node('Dropout', ['x', '', 'flag'], 'y'))).toEqual(['y']);
});

/** Ways from a constant to a training flag; `flag` is what comes out. */
const CHAINS: readonly [string, boolean, readonly Node[]][] = [
  ['an Identity', false, [node('Identity', ['no'], 'flag')]],
  ['an Identity', true, [node('Identity', ['yes'], 'flag')]],
  ['two of them', false, [node('Identity', ['no'], 'a'), node('Identity', ['a'], 'flag')]],
  ['a Not', false, [node('Not', ['yes'], 'flag')]],
  ['an And', false, [node('Identity', ['yes'], 'a'), node('And', ['a', 'no'], 'flag')]],
  ['a comparison', false, [node('Greater', ['ratio', 'one'], 'flag')]],
  ['a comparison', true, [node('Less', ['ratio', 'one'], 'flag')]],
  ['a Cast', false, [node('Sub', ['one', 'one'], 'a'), node('Cast', ['a'], 'flag', { to: int(9) })]],
];

it.each(CHAINS)('behind %s a training flag is %s', async (_, training, nodes) => {
  const own = { ...graph([...nodes, node('Dropout', ['x', 'ratio', 'flag'], 'y')]) };
  const constants = new Map([...own.constants, ['one', floats([1], [])] as const]);
  expect((await randomNodes({ ...own, constants }, evaluate)).map(({ name }) => name)).toEqual(training ? ['y'] : []);
});

it('a flag from outside of a branch is known in it, and one that the branch draws is not', async () => {
  const branch = (nodes: Node[]): Node['attributes'][string] => ({
    kind: 'graph',
    value: { ...graph(nodes, 'inner'), inputs: [], constants: new Map() },
  });
  const split = [node('ReduceMax', ['x'], 'most'), node('Cast', ['most'], 'taken', { to: int(9) })];
  const relu = branch([node('Relu', ['x'], 'inner')]);
  const off = branch([node('Dropout', ['x', 'ratio', 'off'], 'inner')]);
  expect(await found(...split, node('Not', ['yes'], 'off'), node('If', ['taken'], 'y', { then_branch: off, else_branch: relu }))).toEqual(
    [],
  );
  const own = branch([
    node('RandomUniform', [], 'u', { shape: { kind: 'ints', value: [1] } }),
    node('Cast', ['u'], 'off', { to: int(9) }),
    node('Dropout', ['x', 'ratio', 'off'], 'inner'),
  ]);
  expect(await found(...split, node('If', ['taken'], 'y', { then_branch: own, else_branch: relu }))).toEqual(['u', 'inner']);
});
