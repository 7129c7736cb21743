/** Recurrent layers: batch first, another batch than the file's, random ones, and what is refused. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectLowering, expectSame, type Given, graphOf, type Lowered, modelOf } from '../../../../test/support/expect-lowering.ts';
import { signed, typed } from '../../../../test/support/lowerings/tensors.ts';
import { type Attributes, float, int, ints, type Node, str } from '../../../onnx/graph.ts';
import { readModel } from '../../../onnx/read.ts';
import { int64s } from '../../../onnx/tensor.ts';
import { writeModel } from '../../../onnx/write.ts';
import { evaluator } from '../../../runtime/evaluate.ts';
import { ortNode } from '../../../runtime/ort-node.ts';
import { specialise } from '../../specialise.ts';

const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;
type Kind = keyof typeof GATES;
const KINDS = ['RNN', 'GRU', 'LSTM'] as const;

const [WIDTH, HIDDEN] = [3, 2];

interface Layer {
  readonly op: Kind;
  readonly time: number;
  readonly batch: number;
  readonly directions?: number;
  readonly attributes?: Attributes;
  readonly lengths?: Given;
}

function layer({ op, time, batch, directions = 1, attributes = {}, lengths }: Layer): Lowered {
  const rows = GATES[op] * HIDDEN;
  const state = [directions, batch, HIDDEN];
  const weights = [signed([directions, rows, WIDTH]), signed([directions, rows, HIDDEN], 2), signed([directions, 2 * rows], 3)];
  const inputs: Given[] = [[time, batch, WIDTH], ...weights, lengths, state, ...(op === 'LSTM' ? [state] : [])];
  return { op, opset: 14, inputs, outputs: op === 'LSTM' ? 3 : 2, attributes: { hidden_size: int(HIDDEN), ...attributes } };
}

const LAYERS = fc
  .record({
    op: fc.constantFrom(...KINDS),
    time: fc.integer({ min: 1, max: 6 }),
    batch: fc.integer({ min: 1, max: 3 }),
    direction: fc.constantFrom('forward', 'reverse', 'bidirectional'),
    reset: fc.boolean(),
    clip: fc.constantFrom(0, 0.6),
    given: fc.boolean(),
  })
  .chain((one) =>
    fc.record({
      one: fc.constant(one),
      lengths: fc.array(fc.integer({ min: 1, max: one.time }), { minLength: one.batch, maxLength: one.batch }),
    }),
  );

describe('recurrent layers', () => {
  it('return what ONNX Runtime returns, at random', () =>
    fc.assert(
      fc.asyncProperty(LAYERS, async ({ one: { op, time, batch, direction, reset, clip, given }, lengths }) => {
        const attributes: Attributes = {
          direction: str(direction),
          ...(clip > 0 && { clip: float(clip) }),
          ...(op === 'GRU' && { linear_before_reset: int(Number(reset)) }),
        };
        const fed = { fed: typed('int32', Int32Array.from(lengths), [batch]) };
        await expectLowering(
          layer({ op, time, batch, directions: direction === 'bidirectional' ? 2 : 1, attributes, ...(given && { lengths: fed }) }),
        );
      }),
      { numRuns: 40, seed: 20260302, endOnFailure: true },
    ));

  it.each(KINDS)('%s with the batch first is the same between transposes', async (op) => {
    const spec = layer({ op, time: 4, batch: 3, directions: 2, attributes: { direction: str('bidirectional') } });
    const plain = modelOf(spec).nodes[0] as Node;
    const states = plain.outputs.slice(1);
    const swap = (from: string, to: string, perm: readonly number[]): Node => ({
      op: 'Transpose',
      domain: '',
      name: to,
      inputs: [from],
      outputs: [to],
      attributes: { perm: ints(perm) },
    });
    const stateInputs = plain.inputs.slice(5);
    const first: Lowered = {
      ...spec,
      attributes: { ...spec.attributes, layout: int(1) },
      inputs: spec.inputs.map((given, i) => (i === 0 ? [3, 4, WIDTH] : i >= 5 ? [3, 2, HIDDEN] : given)),
    };
    const moved = new Map(['x0', ...stateInputs].map((name) => [name, `${name}:t`]));
    const nodes = [
      ...[...moved].map(([from, to]) => swap(from, to, [1, 0, 2])),
      { ...plain, inputs: plain.inputs.map((name) => moved.get(name) ?? name), outputs: plain.outputs.map((name) => `${name}:t`) },
      swap('y0:t', 'y0', [2, 0, 1, 3]),
      ...states.map((name) => swap(`${name}:t`, name, [1, 0, 2])),
    ];
    const reference = graphOf(14, nodes, first.inputs, modelOf(first).outputs);
    await expectSame(modelOf(first), first.inputs, reference);
  });

  it.each(KINDS)('%s of a file for one row runs for more, each row as it is alone, in one copy', async (op) => {
    const spec = layer({ op, time: 4, batch: 1 });
    const states = spec.inputs.slice(5).map((_, i) => signed([1, 1, HIDDEN], 5 + i));
    const model = modelOf({ ...spec, inputs: [...spec.inputs.slice(0, 5), ...states] });
    const move = (kind: string, from: string, to: string, attributes: Attributes): Node => ({
      op: kind,
      domain: '',
      name: to,
      inputs: [from],
      outputs: [to],
      attributes,
    });
    const flat = move('Reshape', 'y1', 'out', {});
    const graph = {
      ...model,
      nodes: [move('Transpose', 'in', 'x0', { perm: ints([1, 0, 2]) }), ...model.nodes, { ...flat, inputs: ['y1', 'shape'] }],
      constants: new Map([...model.constants, ['shape', int64s([1, HIDDEN])]]),
      inputs: [{ name: 'in', type: 'float32' as const, shape: [1, 4, WIDTH] }],
      outputs: [{ name: 'out', type: 'float32' as const, shape: null }],
    };
    const { bytes } = writeModel(graph);
    const rows = [0, 1, 2].map((row) => Float32Array.from({ length: 4 * WIDTH }, (_, i) => Math.sin(row * 7 + i)));
    const original = await ortNode.loadModel(bytes, {});
    const expected: number[] = [];
    for (const data of rows) {
      const { out } = await original.run({ in: { type: 'float32', shape: [1, 4, WIDTH], data } });
      expected.push(...Array.from(out?.data ?? [], Number));
    }
    const core = await specialise(readModel(bytes), { in: [3, 4, WIDTH] }, evaluator(ortNode));
    const alone = await specialise(readModel(bytes), { in: [1, 4, WIDTH] }, evaluator(ortNode));
    expect(core.nodes.length).toBeLessThan(1.5 * alone.nodes.length);
    const lowered = await ortNode.load(core);
    const { out } = await lowered.run({
      in: { type: 'float32', shape: [3, 4, WIDTH], data: Float32Array.from(rows.flatMap((row) => [...row])) },
    });
    const made = Array.from(out?.data ?? [], Number);
    expect(made).toHaveLength(3 * HIDDEN);
    for (const [i, value] of expected.entries()) expect(made[i]).toBeCloseTo(value, 6);
    await original.release();
    await lowered.release();
  });

  it.each([
    ['over too many steps', layer({ op: 'GRU', time: 1100, batch: 1 }), 'E_MODEL_UNSUPPORTED', '1100 steps'],
    [
      'with an unknown activation',
      layer({ op: 'RNN', time: 2, batch: 1, attributes: { activations: { kind: 'strings', value: ['Cube'] } } }),
      'E_MODEL_SHAPE',
      'Cube',
    ],
    [
      'with too few activations',
      layer({ op: 'LSTM', time: 2, batch: 1, attributes: { activations: { kind: 'strings', value: ['Tanh'] } } }),
      'E_MODEL_SHAPE',
      '3 are needed',
    ],
  ] as [string, Lowered, string, string][])('%s are refused', async (_, spec, code, message) => {
    const model = modelOf(spec);
    const shapes = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, shape as number[]]));
    await expect(specialise(model, shapes, evaluator(ortNode))).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
