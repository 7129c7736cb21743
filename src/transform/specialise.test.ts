/** Whole small models lowered: half precision, awkward names, shapes that only constants decide, and what is refused. */
import { describe, expect, it } from 'vitest';
import { expectSame, type Given, graphOf } from '../../test/support/expect-lowering.ts';
import { type Attributes, type Graph, int, type Node, type Value } from '../onnx/graph.ts';
import { readModel } from '../onnx/read.ts';
import { floats, int64s, numbers, type Tensor, widened } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { newGraph } from '../ops/table.ts';
import { evaluator } from '../runtime/evaluate.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { specialise, unsupportedOperators } from './specialise.ts';

const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});
const output = (name: string): Graph['outputs'][number] => ({ name, type: 'float32', shape: null });
const lower = (graph: Graph, shapes: Record<string, readonly number[]>): ReturnType<typeof specialise> =>
  specialise(graph, shapes, evaluator(ortNode));
const half = (values: readonly number[]): Tensor => ({
  type: 'float16',
  shape: [values.length],
  data: new Uint8Array(Uint16Array.from(values).buffer),
});

describe('half precision', () => {
  it('is widened exactly', () => {
    expect(numbers(widened(half([0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000])))).toEqual([1, -2, 2 ** -24, 65504, -0]);
    expect(numbers(widened(half([0x7c00, 0xfc00, 0x7e00])))).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
    expect(numbers(widened({ type: 'bfloat16', shape: [2], data: new Uint8Array(Uint16Array.of(0x3f80, 0xc000).buffer) }))).toEqual([
      1, -2,
    ]);
  });
  it('becomes single in the core graph, weights, inputs and casts', async () => {
    const graph: Graph = {
      ...graphOf(
        13,
        [node('Mul', ['h', 'w'], 'm'), node('Relu', ['m'], 'r'), node('Cast', ['r'], 'y', { to: int(10) })],
        [],
        [{ name: 'y', type: 'float16', shape: null }],
      ),
      inputs: [{ name: 'h', type: 'float16', shape: ['N', 3] }],
      constants: new Map([['w', half([0x3c00, 0xc000, 0x3800])]]),
    };
    const core = await lower(graph, { h: [1, 3] });
    expect([...core.inputs, ...core.outputs].map(({ type }) => type)).toEqual(['float32', 'float32']);
    const session = await ortNode.load(core);
    const made = await session.run({ h: { type: 'float32', shape: [1, 3], data: Float32Array.of(1, -2, 4) } });
    expect(Array.from(made.y?.data as Float32Array)).toEqual([1, 4, 2]);
  });
});

describe('names', () => {
  it.each(['v0', 'c0', 'v:0', 'c:1', 'out_y', 'a/b:0'])('%s may be a value of the model', async (name) => {
    const nodes = [node('Relu', [name], 't'), node('Add', ['t', 'x1'], `${name}_2`)];
    const graph: Graph = {
      ...graphOf(13, nodes, [[2, 3], floats([1], [1])], [output(`${name}_2`)]),
      inputs: [{ name, type: 'float32', shape: [2, 3] }],
    };
    const core = await lower(graph, { [name]: [2, 3] });
    const session = await ortNode.load(core);
    const made = await session.run({ [name]: { type: 'float32', shape: [2, 3], data: new Float32Array(6) } });
    expect(Array.from(made[`${name}_2`]?.data as Float32Array)).toEqual(Array(6).fill(1));
  });
});

describe('a builder', () => {
  it('gives several outputs names that no constant has', () => {
    const g = newGraph();
    const x = g.input('x', 'float32', [4]);
    for (let i = 0; i < 20; i++) g.constant(floats([1, 2, 3], [3]), `v:${i}.${i % 2}`);
    for (const value of g.nodes1('TopK', [x, g.ints([2])], {}, 2)) {
      expect(g.tensor(value)).toBeUndefined();
      expect(g.producer(value)?.op).toBe('TopK');
    }
  });
});

describe('a graph around a model', () => {
  it('may call its outputs as the model calls its weights', async () => {
    const core = await lower(graphOf(13, [node('Add', ['x0', 'x1'], 'y')], [[1, 2], floats([1, 2], [2])], [output('y')]), { x0: [1, 2] });
    const g = newGraph();
    const x = g.input('x', 'float32', [1, 2]);
    const y = g.inline(core, new Map([['x0', x]])).get('y') as Value;
    const session = await ortNode.load(g.finish({ x1: y, loss: g.neg(y) }));
    const made = await session.run({ x: { type: 'float32', shape: [1, 2], data: Float32Array.of(1, 1) } });
    expect([made.x1, made.loss].map((tensor) => Array.from(tensor?.data as Float32Array))).toEqual([
      [2, 3],
      [-2, -3],
    ]);
  });
});

describe('order', () => {
  it('of the nodes in the file does not matter, as in ONNX Runtime', async () => {
    const nodes = [
      node('Add', ['r', 'c'], 'y'),
      node('Relu', ['x0'], 'r'),
      node('Constant', [], 'c', { value: { kind: 'tensor', value: floats([1], [1]) } }),
    ];
    await expectSame(graphOf(13, nodes, [[2, 3]], [output('y')]), [[2, 3]]);
  });
  it('cannot mend a cycle', async () => {
    const graph = graphOf(13, [node('Add', ['x0', 'b'], 'a'), node('Relu', ['a'], 'b'), node('Relu', ['b'], 'y')], [[2, 3]], [output('y')]);
    expect(() => readModel(writeModel(graph).bytes)).toThrow(/cycle through (Add|Relu)/);
    await expect(lower(graph, { x0: [2, 3] })).rejects.toMatchObject({ code: 'E_MODEL_UNREADABLE' });
  });
});

describe('shapes', () => {
  it('that follow from Shape, Gather and Concat are folded', async () => {
    const nodes = [
      node('Shape', ['x0'], 's'),
      node('Gather', ['s', 'x1'], 'n', { axis: int(0) }),
      node('Unsqueeze', ['n', 'x2'], 'u'),
      node('Concat', ['u', 'x3'], 't', { axis: int(0) }),
      node('Reshape', ['x0', 't'], 'y'),
    ];
    const given: Given[] = [[2, 3, 4], int64s([0], []), int64s([0]), int64s([-1])];
    const core = await expectSame(graphOf(13, nodes, given, [output('y')]), given);
    expect(core.nodes.map(({ op }) => op).filter((op) => op !== 'Identity')).toEqual(['Reshape']);
  });
  it('that the data decides are refused, with the reason', async () => {
    const nodes = [node('Cast', ['x0'], 's', { to: int(7) }), node('Reshape', ['x1', 's'], 'y')];
    const given: Given[] = [[1], floats([1, 2], [2])];
    await expect(lower(graphOf(13, nodes, given, [output('y')]), { x0: [1] })).rejects.toMatchObject({
      code: 'E_MODEL_UNSUPPORTED',
      hint: expect.stringContaining('shape'),
    });
  });
  it('that contradict each other name the node', async () => {
    const given: Given[] = [[2, 3], floats([1, 2, 3, 4], [4])];
    const graph = graphOf(13, [node('Add', ['x0', 'x1'], 'broken')], given, [output('broken')]);
    await expect(lower(graph, { x0: [2, 3] })).rejects.toMatchObject({ code: 'E_MODEL_SHAPE', message: expect.stringContaining('Add') });
  });
});

describe('what cannot be lowered', () => {
  it('is listed at once, with the reasons', async () => {
    const nodes = [node('Unique', ['x0'], 'a'), { ...node('Fancy', ['a'], 'b'), domain: 'com.example' }, node('Det', ['b'], 'y')];
    await expect(lower(graphOf(13, nodes, [[2]], [output('y')]), { x0: [2] })).rejects.toMatchObject({
      code: 'E_OPERATOR_UNSUPPORTED',
      message: expect.stringMatching(/Det \(.*\), Unique \(.*depends on the data\), com\.example\.Fancy \(.*custom/),
    });
  });
  it('does not matter beside the requested outputs', async () => {
    const nodes = [node('Unique', ['x0'], 'a'), { ...node('Fancy', ['a'], 'labels'), domain: 'com.example' }, node('Relu', ['x0'], 'y')];
    const graph = graphOf(13, nodes, [[2]], [output('y')]);
    expect(unsupportedOperators(graph)).toEqual([]);
    expect(unsupportedOperators({ ...graph, outputs: [output('y'), output('labels')] })).toEqual(['Unique', 'com.example.Fancy']);
    expect((await lower(graph, { x0: [2] })).nodes[0]?.op).toBe('Relu');
  });
  it('includes a graph that uses what nothing produces', async () => {
    await expect(lower(graphOf(13, [node('Relu', ['ghost'], 'y')], [[2]], [output('y')]), { x0: [2] })).rejects.toMatchObject({
      code: 'E_MODEL_UNREADABLE',
      hint: expect.anything(),
    });
  });
});
