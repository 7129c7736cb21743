/** Random nodes are found wherever they stand, and dropout only where it is training. */
import { expect, it } from 'vitest';
import { type Graph, int, type Node } from '../onnx/graph.ts';
import { bools, floats } from '../onnx/tensor.ts';
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
const found = (...nodes: Node[]): string[] => randomNodes(graph(nodes)).map(({ name }) => name);

it('finds noise that reaches the output, and no other', () => {
  expect(found(node('RandomNormalLike', ['x'], 'noise'), node('Add', ['x', 'noise'], 'y'))).toEqual(['noise']);
  expect(found(node('RandomNormalLike', ['x'], 'unused'), node('Relu', ['x'], 'y'))).toEqual([]);
});

it('finds noise inside a branch', () => {
  const branch = (op: string): Node['attributes'][string] => ({
    kind: 'graph',
    value: { ...graph([node(op, ['x'], 'inner')], 'inner'), inputs: [], constants: new Map() },
  });
  const attributes = { then_branch: branch('RandomUniformLike'), else_branch: branch('Relu') };
  expect(found(node('If', ['yes'], 'y', attributes))).toEqual(['inner']);
});

it('takes dropout for random only where it is training, or where the data says so', () => {
  expect(found(node('Dropout', ['x', 'ratio', 'yes'], 'y'))).toEqual(['y']);
  expect(found(node('Dropout', ['x', 'ratio', 'no'], 'y'))).toEqual([]);
  expect(found(node('Dropout', ['x', 'ratio'], 'y'))).toEqual([]);
  expect(
    found(node('Constant', [], 'flag', { value: { kind: 'tensor', value: bools([true], []) } }), node('Dropout', ['x', '', 'flag'], 'y')),
  ).toEqual(['y']);
  expect(found(node('Cast', ['x'], 'flag', { to: int(9) }), node('Dropout', ['x', '', 'flag'], 'y'))).toEqual(['y']);
});
