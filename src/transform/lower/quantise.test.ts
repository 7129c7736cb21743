/** Quantised networks as exporters write them: answers as in ONNX Runtime, gradients as of the network that is quantised. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectLowering, expectSame, type Given, graphOf } from '../../../test/support/expect-lowering.ts';
import { randomQuantiser, whole } from '../../../test/support/lowerings/quantised.ts';
import { scalar, typed } from '../../../test/support/lowerings/tensors.ts';
import { runNumbers } from '../../../test/support/nets.ts';
import { type Attributes, type Graph, int, type Node, type Value } from '../../onnx/graph.ts';
import { floats, numbers, type Tensor } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { gradient } from '../gradient.ts';
import { specialise } from '../specialise.ts';

const node = (op: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes = {}): Node => ({
  op,
  domain: '',
  name: `${op} ${outputs}`,
  inputs,
  outputs,
  attributes,
});
const y: Graph['outputs'] = [{ name: 'y', type: 'float32', shape: null }];

/** The gradient of the sum of y with respect to x0, at x. */
async function slope(graph: Graph, shape: readonly number[], x: readonly number[]): Promise<readonly number[]> {
  const core = await specialise(graph, { x0: shape }, evaluator(ortNode));
  const g = newGraph();
  const input = g.input('x', 'float32', shape);
  const out = g.inline(core, new Map([['x0', input]])).get('y') as Value;
  const [d] = gradient(g, [{ value: out, cotangent: g.expand(g.scalar(1), out.shape) }], [input]);
  return (await runNumbers(g.finish({ d: d as Value }), { x })).d as number[];
}

const weights = whole('int8', [3, 2]);
const scale = 0.01;
/** d/dx of Σ x·(scale·weights): the sum of each row of weights. */
const rowSums = (w: Tensor): number[] => {
  const v = numbers(w);
  return [0, 1, 2].map((i) => scale * ((v[2 * i] as number) + (v[2 * i + 1] as number)));
};

describe('a dynamically quantised layer (as transformers.js runs it)', () => {
  const nodes = [
    node('DynamicQuantizeLinear', ['x0'], ['q', 's', 'z']),
    node('MatMulInteger', ['q', 'x1', 'z', 'x2'], ['i']),
    node('Cast', ['i'], ['f'], { to: int(1) }),
    node('Mul', ['s', 'x3'], ['factor']),
    node('Mul', ['f', 'factor'], ['y']),
  ];
  const given: Given[] = [[4, 3], weights, typed('int8', new Int8Array(1), []), scalar(scale)];
  const graph = graphOf(13, nodes, given, y);
  it('answers as the original does', async () => {
    const core = await expectSame(graph, given);
    // No integers are left between the layer's input and its output.
    expect(core.nodes.filter(({ op }) => op === 'Cast')).toEqual([]);
  });
  it('has the gradient of the layer that is quantised', async () => {
    const x = [0.5, -0.2, 1, 0.3, -1, 0.6, 0.1, 0.9, -0.4, 0.7, 0, 0.25];
    const d = await slope(graph, [4, 3], x);
    // The largest and smallest input also move the scale, by their rounding errors of at most half a step of 2/255: 12 elements, each by |w|·½/255.
    const slack = (12 * 2 * 128 * scale * 0.5) / 255;
    for (const [i, value] of d.entries()) {
      const exact = rowSums(weights)[i % 3] as number;
      const moves = x[i] === 1 || x[i] === -1;
      expect(Math.abs(value - exact)).toBeLessThan(moves ? slack : 1e-5 * Math.abs(exact) + 1e-6);
    }
  });
});

describe('a layer between QuantizeLinear and DequantizeLinear', () => {
  const nodes = [
    node('QuantizeLinear', ['x0', 'x1', 'x2'], ['q']),
    node('MaxPool', ['q'], ['p'], { kernel_shape: { kind: 'ints', value: [1] } }),
    node('Transpose', ['p'], ['t'], { perm: { kind: 'ints', value: [0, 2, 1] } }),
    node('DequantizeLinear', ['t', 'x1', 'x2'], ['f']),
    node('MatMul', ['f', 'x3'], ['y']),
  ];
  const given: Given[] = [[1, 3, 2], scalar(0.02), typed('uint8', Uint8Array.of(100), []), floats([1, 2, 3, 4, 5, 6], [3, 2])];
  const graph = graphOf(13, nodes, given, y);
  it('answers as the original does', () => expectSame(graph, given));
  it('passes gradients where nothing saturates, and none where it does', async () => {
    // In range is [−2, 3.1].
    expect(await slope(graph, [1, 3, 2], [0.5, -0.5, 9, 1, 2, -7])).toEqual([3, 3, 0, 7, 11, 0]);
  });
});

describe('a QOperator layer', () => {
  it('passes gradients between its quantisers', async () => {
    const nodes = [
      node('QuantizeLinear', ['x0', 'x1', 'x2'], ['q']),
      node('QLinearMatMul', ['q', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'], ['r']),
      node('DequantizeLinear', ['r', 'x6', 'x7'], ['y']),
    ];
    const zero = typed('int8', new Int8Array(1), []);
    const given: Given[] = [
      [4, 3],
      scalar(0.02),
      typed('uint8', Uint8Array.of(100), []),
      weights,
      scalar(scale),
      zero,
      scalar(0.1),
      typed('uint8', Uint8Array.of(128), []),
    ];
    const graph = graphOf(13, nodes, given, y);
    await expectSame(graph, given);
    const d = await slope(graph, [4, 3], [0.5, -0.2, 1, 0.3, -1, 0.6, 0.1, 0.9, -0.4, 0.7, 0, 0.25]);
    for (const [i, value] of d.entries()) expect(value).toBeCloseTo(rowSums(weights)[i % 3] as number, 5);
  });
});

describe('QuantizeLinear', () => {
  it('rounds and saturates as ONNX Runtime does', () =>
    fc.assert(fc.asyncProperty(randomQuantiser, expectLowering), { numRuns: 60, seed: 20260101, endOnFailure: true }));
});

describe('integers that floats were cast to are not always the same numbers', () => {
  const five: Given = { type: 'uint8', shape: [1], data: Uint8Array.of(5) };
  it.each<[string, Node[], Given[]]>([
    [
      'booleans',
      [node('Floor', ['x0'], ['w']), node('Cast', ['w'], ['c'], { to: int(9) }), node('Cast', ['c'], ['y'], { to: int(1) })],
      [],
    ],
    [
      'bytes that pass their end',
      [
        node('Floor', ['x0'], ['w']),
        node('Abs', ['w'], ['p']),
        node('Cast', ['p'], ['c'], { to: int(2) }),
        node('Sub', ['c', 'x1'], ['d']),
        node('Cast', ['d'], ['y'], { to: int(1) }),
      ],
      [five],
    ],
  ])('%s', async (_, nodes, rest) => {
    const given: Given[] = [[2, 5], ...rest];
    await expectSame(graphOf(17, nodes, given, y), given);
  });
});
