/** Control flow lowered, against ONNX Runtime on the original: paths that rare inputs take are kept, in answers and in gradients. */
import { describe, expect, it } from 'vitest';
import { expectSame, type Given, graphOf } from '../../../test/support/expect-lowering.ts';
import { expectPath, loweredFrom } from '../../../test/support/expect-path.ts';
import { runNumbers } from '../../../test/support/nets.ts';
import { type Attribute, type Attributes, type Graph, int, ints, type Node, type Port } from '../../onnx/graph.ts';
import { bools, type ElementType, floats, int64s, type Tensor } from '../../onnx/tensor.ts';

const node = (op: string, inputs: readonly string[], outputs: string | readonly string[], attributes: Attributes = {}): Node => ({
  op,
  domain: '',
  name: `${op} to ${outputs}`,
  inputs,
  outputs: typeof outputs === 'string' ? [outputs] : outputs,
  attributes,
});
const port = (name: string, type: ElementType = 'float32', shape: Port['shape'] = null): Port => ({ name, type, shape });
const body = (
  nodes: readonly Node[],
  outputs: readonly Port[],
  inputs: readonly Port[] = [],
  constants: Record<string, Tensor> = {},
): Attribute => ({
  kind: 'graph',
  value: { name: 'body', opsets: new Map(), inputs, outputs, nodes, constants: new Map(Object.entries(constants)) },
});
const model = (nodes: readonly Node[], given: readonly Given[], outputs: readonly Port[] = [port('y')], opset = 13): Graph =>
  graphOf(opset, nodes, given, outputs);

/** Is the first pixel of any row above 0.9? The trigger of a hidden path. */
const TRIGGER = [
  node('Slice', ['x0', 'zero1', 'one1', 'one1'], 'pixel'),
  node('ReduceMax', ['pixel'], 'peak', { keepdims: int(0) }),
  node('Greater', ['peak', 'threshold'], 'fires'),
];
const TRIGGER_CONSTANTS: [string, Tensor][] = [
  ['zero1', int64s([0])],
  ['one1', int64s([1])],
  ['threshold', floats([0.9], [])],
  ['w', floats([1, 2, -1, 3, 0.5, -2], [3, 2])],
  ['v', floats([-4, 1, 2, 0.25, 7, 1], [3, 2])],
];
const hidden = (yes: readonly Node[], no: readonly Node[], outputs: readonly Port[] = [port('y')]): Graph => {
  const graph = model(
    [
      ...TRIGGER,
      node(
        'If',
        ['fires'],
        outputs.map(({ name }) => name),
        { then_branch: body(yes, [port('a')]), else_branch: body(no, [port('b')]) },
      ),
    ],
    [[1, 3]],
    outputs,
  );
  return { ...graph, constants: new Map(TRIGGER_CONSTANTS) };
};
const RARE = [0.95, -0.5, 0.25];
const USUAL = [
  [0.5, -0.5, 0.25],
  [0.7, 1.5, -1],
];

describe('If', () => {
  it('on a rare trigger keeps both paths, in answers and gradients', async () => {
    const graph = hidden([node('MatMul', ['x0', 'w'], 'a')], [node('MatMul', ['x0', 'v'], 'b')]);
    await expectPath(graph, [1, 3], [RARE, ...USUAL]);
  });
  it('keeps the path that a Where hides', async () => {
    const nodes = [...TRIGGER, node('MatMul', ['x0', 'w'], 'a'), node('MatMul', ['x0', 'v'], 'b'), node('Where', ['fires', 'a', 'b'], 'y')];
    const graph = { ...model(nodes, [[1, 3]]), constants: new Map(TRIGGER_CONSTANTS) };
    await expectPath(graph, [1, 3], [RARE, ...USUAL]);
  });
  it('nested in itself keeps all paths', async () => {
    const inner = node('If', ['deep'], 'a', {
      then_branch: body([node('MatMul', ['x0', 'w'], 'c')], [port('c')]),
      else_branch: body([node('MatMul', ['x0', 'v'], 'd')], [port('d')]),
    });
    const sum = [node('ReduceSum', ['x0'], 'total', { keepdims: int(0) }), node('Greater', ['total', 'threshold'], 'deep')];
    const graph = hidden([...sum, inner], [node('Gemm', ['x0', 'v'], 'b', { alpha: { kind: 'float', value: 3 } })]);
    await expectPath(graph, [1, 3], [RARE, [0.95, 1, 1], ...USUAL]);
  });
  it('is not spoilt by an infinite derivative on the path not taken', async () => {
    const graph = hidden(
      [node('MatMul', ['x0', 'w'], 'a')],
      [node('Sub', ['x0', 'x0'], 'nothing'), node('Sqrt', ['nothing'], 'root'), node('MatMul', ['root', 'w'], 'b')],
    );
    const core = await loweredFrom(graph, [1, 3]);
    expect(core.nodes.some(({ op }) => op === 'Sqrt')).toBe(true);
    await expectPath(graph, [1, 3], [RARE]);
  });
  it('on constants takes one path only, whatever the other holds', async () => {
    const attributes = {
      then_branch: body([node('Relu', ['x0'], 'a')], [port('a')]),
      else_branch: body([node('Unique', ['x0'], 'b')], [port('b')]),
    };
    const given: Given[] = [[2, 3], bools([true], [])];
    const core = await expectSame(model([node('If', ['x1'], 'y', attributes)], given), given);
    expect([...new Set(core.nodes.map(({ op }) => op))]).toEqual(['Relu', 'Identity']);
  });
  it('decides for each row where a model for one row is rebatched', async () => {
    const branches = {
      then_branch: body([node('MatMul', ['x0', 'w'], 'a')], [port('a')]),
      else_branch: body([node('MatMul', ['x0', 'v'], 'b')], [port('b')]),
    };
    const peak = node('ReduceMax', ['pixel'], 'peak', { axes: ints([1]), keepdims: int(0) });
    const nodes = [TRIGGER[0] as Node, peak, TRIGGER[2] as Node, node('If', ['fires'], 'y', branches)];
    // Slice cuts columns here: one pixel of every row.
    const graph = { ...model(nodes, [[1, 3]]), constants: new Map(TRIGGER_CONSTANTS) };
    const rows = [RARE, ...USUAL];
    const alone = await loweredFrom(graph, [1, 3]);
    const singles: number[] = [];
    for (const row of rows) singles.push(...((await runNumbers(alone, { x0: row })).y as number[]));
    await expectPath(graph, [1, 3], rows);
    expect((await runNumbers(await loweredFrom(graph, [3, 3]), { x0: rows.flat() })).y).toEqual(singles);
  });
  it('that decides for the whole row is walked row by row', async () => {
    const graph = hidden([node('MatMul', ['x0', 'w'], 'a')], [node('MatMul', ['x0', 'v'], 'b')]);
    const rows = [RARE, ...USUAL];
    const alone = await loweredFrom(graph, [1, 3]);
    const singles: number[] = [];
    for (const row of rows) singles.push(...((await runNumbers(alone, { x0: row })).y as number[]));
    expect((await runNumbers(await loweredFrom(graph, [3, 3]), { x0: rows.flat() })).y).toEqual(singles);
  });
  it.each([
    ['shapes', [node('MatMul', ['x0', 'w'], 'a')], [node('Relu', ['x0'], 'b')], 'branches that return [1,2] and [1,3]'],
    ['operators', [node('Unique', ['x0'], 'a')], [node('Relu', ['x0'], 'b')], 'Unique'],
  ])('refuses branches with different %s, with the reason', async (_, yes, no, reason) => {
    await expect(loweredFrom(hidden(yes, no), [1, 3])).rejects.toMatchObject({ message: expect.stringContaining(reason) });
  });
});

const ROUND_INPUTS = [port('i', 'int64', []), port('go', 'bool', []), port('state', 'float32', [2, 3])];
/** Halves the state and adds x; counts the rounds. */
const ROUND = body(
  [
    node('Mul', ['state', 'half'], 'halved'),
    node('Add', ['halved', 'x0'], 'next'),
    node('ReduceSum', ['next'], 'total', { keepdims: int(0) }),
    node('Cast', ['i'], 'number', { to: int(1) }),
    node('Less', ['number', 'last'], 'more'),
  ],
  [port('more', 'bool', []), port('next', 'float32', [2, 3]), port('total', 'float32', [])],
  ROUND_INPUTS,
  { half: floats([0.5], []), last: floats([2], []) },
);
const loop = (limit: Tensor | undefined, go: Tensor | undefined): [Graph, Given[]] => {
  const given: Given[] = [[2, 3], limit, go, floats([1, 2, 3, 4, 5, 6], [2, 3])];
  const inputs = [limit ? 'x1' : '', go ? 'x2' : '', 'x3'];
  return [model([node('Loop', inputs, ['y', 'z'], { body: ROUND })], given, [port('y'), port('z')]), given];
};

describe('Loop', () => {
  it.each([
    ['a number of rounds', int64s([2], []), undefined],
    ['no rounds at all', int64s([0], []), undefined],
    ['a condition that counts', undefined, bools([true], [])],
    ['a condition that is false at once', int64s([5], []), bools([false], [])],
    ['both', int64s([2 ** 40], []), bools([true], [])],
  ])('with %s is unrolled', async (_, limit, go) => {
    const [graph, given] = loop(limit, go);
    await expectSame(graph, given);
  });
  it('of too many rounds is refused in little time', async () => {
    const same = [node('Identity', ['go'], 'more'), node('Neg', ['state'], 'next'), node('Abs', ['next'], 'z')];
    const round = body(same, [port('more', 'bool', []), port('next', 'float32', [2, 3]), port('z', 'float32', [2, 3])], ROUND_INPUTS);
    const given: Given[] = [[2, 3], int64s([2 ** 62], []), bools([true], [])];
    const graph = model([node('Loop', ['x1', 'x2', 'x0'], ['y', 'z'], { body: round })], given, [port('y'), port('z')]);
    await expect(loweredFrom(graph, [2, 3])).rejects.toMatchObject({ message: expect.stringContaining('unrolling') });
  });
  it('may carry a sequence', async () => {
    const round = body(
      [node('SequenceInsert', ['list', 'x0'], 'longer'), node('Identity', ['go'], 'more')],
      [port('more', 'bool', []), port('longer')],
      [port('i', 'int64', []), port('go', 'bool', []), port('list')],
    );
    const nodes = [
      node('SequenceConstruct', ['x0'], 'start'),
      node('Loop', ['x1', 'x2', 'start'], ['list'], { body: round }),
      node('ConcatFromSequence', ['list'], 'y', { axis: int(0) }),
    ];
    const core = await loweredFrom(model(nodes, [[2, 3], int64s([2], []), bools([true], [])]), [2, 3]);
    expect(core.outputs[0]?.shape).toEqual([6, 3]);
  });
  it('passes gradients through its rounds', async () => {
    const [graph] = loop(int64s([3], []), undefined);
    await expectPath({ ...graph, outputs: [port('y')] }, [2, 3], [[1, 2, 3, -1, -2, -3]]);
  });
  it.each([
    ['the number of its rounds', ['rounds', ''], 'rounds depends on the data'],
    ['its end', ['', 'fires'], 'the data decides when it ends'],
  ])('that leaves %s to the data is refused with its reason', async (_, [limit, go], reason) => {
    const nodes = [
      node('ReduceSum', ['x0'], 'total', { keepdims: int(0) }),
      node('Cast', ['total'], 'rounds', { to: int(7) }),
      node('Cast', ['total'], 'fires', { to: int(9) }),
      node('Loop', [limit as string, go as string, 'x0'], ['y', 'z'], { body: ROUND }),
    ];
    await expect(loweredFrom(model(nodes, [[2, 3]], [port('y'), port('z')]), [2, 3])).rejects.toMatchObject({
      code: 'E_MODEL_UNSUPPORTED',
      message: expect.stringContaining(reason),
    });
  });
});

describe('Scan', () => {
  const round = body(
    [node('Add', ['state', 'part'], 'next'), node('Mul', ['part', 'state'], 'product')],
    [port('next', 'float32', [2]), port('product', 'float32', [2])],
    [port('state', 'float32', [2]), port('part', 'float32', [2])],
  );
  it.each([
    [{}, [3, 2]],
    [{ scan_input_directions: ints([1]), scan_output_directions: ints([1]) }, [3, 2]],
    [{ scan_input_axes: ints([1]), scan_output_axes: ints([-1]) }, [2, 4]],
  ])('is unrolled: %j', async (attributes, shape) => {
    const given: Given[] = [shape, floats([0.5, -1], [2])];
    const nodes = [node('Scan', ['x1', 'x0'], ['y', 'z'], { ...attributes, num_scan_inputs: int(1), body: round })];
    await expectSame(model(nodes, given, [port('y'), port('z')]), given);
    await expectPath(model(nodes, given, [port('z')]), shape, [
      [0.5, -1, 0.25, 1, 0.75, -0.5, 0.125, 1].slice(0, (shape[0] as number) * (shape[1] as number)),
    ]);
  });
});
