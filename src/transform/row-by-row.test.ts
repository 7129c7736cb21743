/** Models that fix their first dimension to 1, on several rows, against ONNX Runtime on the untouched model row by row. */
import { describe, expect, it } from 'vitest';
import { spread } from '../../test/support/expect-gradient.ts';
import { graphOf } from '../../test/support/expect-lowering.ts';
import { runNumbers } from '../../test/support/nets.ts';
import { type Attributes, type Graph, int, ints, type Node } from '../onnx/graph.ts';
import { readModel } from '../onnx/read.ts';
import { floats, int64s, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { evaluator } from '../runtime/evaluate.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { rowByRow } from './row-by-row.ts';
import { specialise } from './specialise.ts';

const ROWS = 3;
const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});
const model = (nodes: readonly Node[], input: readonly number[], constants: readonly Tensor[], output: readonly number[]): Graph =>
  readModel(writeModel(graphOf(13, nodes, [input, ...constants], [{ name: 'y', type: 'float32', shape: output }])).bytes);

async function expectRows(graph: Graph): Promise<void> {
  const [, ...row] = (graph.inputs[0]?.shape ?? []) as number[];
  const values = spread(ROWS * sizeOf(row), 5);
  const made = await runNumbers(await specialise(graph, { x0: [ROWS, ...row] }, evaluator(ortNode)), { x0: values });
  const original = await ortNode.loadModel(writeModel(graph).bytes, { optimisation: 'disabled' });
  const expected: number[] = [];
  for (let i = 0; i < ROWS; i++) {
    const data = Float32Array.from(values.slice(i * sizeOf(row), (i + 1) * sizeOf(row)));
    expected.push(...Array.from((await original.run({ x0: { type: 'float32', shape: [1, ...row], data } })).y?.data as Float32Array));
  }
  await original.release();
  // The same operators on the same numbers; only sums may be taken in another order.
  expect(made.y).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(made.y?.[i]).toBeCloseTo(value, 5);
}

/** Channel shuffle as exported from ShuffleNet: the batch is merged with the channels and comes apart again. */
const SHUFFLE = [
  node('Reshape', ['x0', 'x1'], 'a'),
  node('Transpose', ['a'], 'b', { perm: ints([1, 0, 2]) }),
  node('Reshape', ['b', 'x2'], 'y'),
];

describe('a model for one row', () => {
  it('whose batch is merged with its channels', () =>
    expectRows(model(SHUFFLE, [1, 4, 2, 3], [int64s([2, 2, 6]), int64s([1, 4, 2, 3])], [1, 4, 2, 3])));

  it('that takes a mean of all there is', () =>
    expectRows(model([node('ReduceMean', ['x0'], 'm'), node('Sub', ['x0', 'm'], 'y')], [1, 5], [], [1, 5])));

  it('that divides by how many numbers there are', () =>
    expectRows(
      model([node('Size', ['x0'], 's'), node('Cast', ['s'], 'n', { to: int(1) }), node('Div', ['x0', 'n'], 'y')], [1, 5], [], [1, 5]),
    ));

  it('that returns a mean of all there is', () =>
    expectRows(model([node('ReduceMean', ['x0'], 'y', { keepdims: int(1) })], [1, 5], [], [1, 1])));

  it.each<[string, Node[], Tensor[]]>([
    ['a softmax along the rows', [node('Softmax', ['x0'], 's', { axis: int(0) }), node('Add', ['x0', 's'], 'y')], []],
    ['a sum along the rows', [node('CumSum', ['x0', 'x1'], 'y')], [int64s([0], [])]],
    ['the largest of all', [node('ReduceMax', ['x0'], 'm', { axes: ints([0]) }), node('Div', ['x0', 'm'], 'y')], []],
    [
      'products of the row with itself',
      [node('Transpose', ['x0'], 't'), node('MatMul', ['t', 'x0'], 'p'), node('MatMul', ['x0', 'p'], 'y')],
      [],
    ],
    [
      'a row put before it',
      [node('Concat', ['x1', 'x0'], 'c', { axis: int(0) }), node('ReduceMean', ['c'], 'y', { axes: ints([0]) })],
      [floats([1, 2, 3, 4, 5], [1, 5])],
    ],
    ['rows chosen by number', [node('Gather', ['x0', 'x1'], 'r'), node('Sub', ['x0', 'r'], 'y')], [int64s([0])]],
  ])('with %s', (_, nodes, constants) => expectRows(model(nodes, [1, 5], constants, [1, 5])));

  it('that keeps its rows apart is not copied', async () => {
    const weights = floats(spread(20, 3), [5, 4]);
    const graph = model([node('MatMul', ['x0', 'x1'], 'h'), node('Softmax', ['h'], 'y')], [1, 5], [weights], [1, 4]);
    const made = await specialise(graph, { x0: [ROWS, 5] }, evaluator(ortNode));
    expect(made.nodes.filter(({ op }) => op === 'MatMul')).toHaveLength(1);
    await expectRows(graph);
  });

  it('is not copied without end', async () => {
    const graph = model([node('Relu', ['x0'], 'y')], [1, 5], [], [1, 5]);
    const single = await specialise(graph, { x0: [1, 5] }, evaluator(ortNode));
    expect(() => rowByRow(single, 20_000)).toThrow(expect.objectContaining({ code: 'E_MODEL_UNSUPPORTED' }));
  });
});
