/** Stand-ins (BPDA): forwards the model as ONNX Runtime computes it, backwards the derivative of what stands in, in closed form. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphOf } from '../../test/support/expect-lowering.ts';
import { runNumbers } from '../../test/support/nets.ts';
import { type Attributes, type Graph, int, type Node } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { newGraph } from '../ops/table.ts';
import { evaluator } from '../runtime/evaluate.ts';
import { ortNode } from '../runtime/ort-node.ts';
import type { HostTensor } from '../runtime/runtime.ts';
import { gradient } from './gradient.ts';
import { carriesGradient } from './gradient-path.ts';
import { specialise } from './specialise.ts';
import { type GradientChoice, isStoodIn } from './stand-ins.ts';

const SIZE = 4;
const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

/** y = f(x)·x1, f being these nodes from x0 to r. */
const model = (nodes: readonly Node[], weights: readonly number[], constants: readonly number[] = []): Graph =>
  graphOf(
    15,
    [...nodes, node('Mul', ['r', 'x1'], 'm'), node('ReduceSum', ['m'], 'y')],
    [[1, SIZE], floats(weights, [SIZE]), ...constants.map((one) => floats([one], []))],
    [{ name: 'y', type: 'float32', shape: null }],
  );

interface Taken {
  readonly value: number;
  readonly slope: readonly number[];
}

/** The lowered model's answer and its gradient at x. */
async function taken(graph: Graph, x: readonly number[], choice: GradientChoice = {}): Promise<Taken> {
  const lowered = await specialise(graph, { x0: [1, SIZE] }, evaluator(ortNode), choice);
  const g = newGraph();
  const input = g.input('x0', 'float32', [1, SIZE]);
  const y = g.inline(lowered, new Map([['x0', input]])).get(lowered.outputs[0]?.name ?? '') as typeof input;
  const [slope] = gradient(g, [{ value: y, cotangent: g.expand(g.scalar(1, y), y.shape) }], [input]);
  const made = await runNumbers(g.finish({ value: g.reshape(y, [1]), slope: slope ?? g.zeros([1, SIZE]) }), { x0: [...x] });
  return { value: (made.value as number[])[0] as number, slope: made.slope as number[] };
}

async function asked(graph: Graph, x: readonly number[]): Promise<number> {
  const session = await ortNode.loadModel(writeModel(graph).bytes, { optimisation: 'disabled' });
  const made = await session.run({ x0: { type: 'float32', shape: [1, SIZE], data: Float32Array.from(x) } });
  await session.release();
  return Array.from((made.y as HostTensor).data as Float32Array)[0] as number;
}

const numbers = fc.array(
  fc.integer({ min: -300, max: 300 }).map((n) => n / 100),
  { minLength: SIZE, maxLength: SIZE },
);
const few = { numRuns: 12 };

/** The sum s + (y − s) is rounded three times. */
const near = (one: number, other: number): void => expect(Math.abs(one - other)).toBeLessThan(1e-5 * Math.max(1, Math.abs(other)));
const allNear = (some: readonly number[], others: readonly number[]): void => {
  for (const [i, one] of some.entries()) near(one, others[i] as number);
};

const ROUND = [node('Round', ['x0'], 'r')];
const GREATER = [node('Greater', ['x0', 'x2'], 'c'), node('Cast', ['c'], 'r', { to: int(1) })];

describe('what the user says', () => {
  it('another function, forwards the model itself', () =>
    fc.assert(
      fc.asyncProperty(numbers, numbers, async (x, w) => {
        const tanh = graphOf(15, [node('Tanh', ['x0'], 't')], [[1, SIZE]], [{ name: 't', type: 'float32', shape: null }]);
        const graph = model(ROUND, w);
        const { value, slope } = await taken(graph, x, { standIns: [{ from: 'x0', to: 'r', graph: tanh }] });
        near(value, await asked(graph, x));
        allNear(
          slope,
          x.map((one, i) => (w[i] as number) * (1 - Math.tanh(one) ** 2)),
        );
      }),
      few,
    ));

  it('the identity over several layers', () =>
    fc.assert(
      fc.asyncProperty(numbers, numbers, async (x, w) => {
        const steep = [node('Mul', ['x0', 'x2'], 'a'), node('Sin', ['a'], 'b'), node('Add', ['x0', 'b'], 'r')];
        const graph = model(steep, w, [1000]);
        const { value, slope } = await taken(graph, x, { standIns: [{ from: 'x0', to: 'r' }] });
        near(value, await asked(graph, x));
        allNear(slope, w);
      }),
      few,
    ));

  it.each([
    ['a value that is not there', { from: 'x0', to: 'nowhere' }, /no value nowhere stands on the way/],
    ['one that comes later', { from: 'm', to: 'r' }, /m is no value that stands before r/],
    ['another shape', { from: 'x0', to: 'y' }, /it gives float32 \[1, 4\], and y is float32 \[1, 1\]/],
  ])('%s is refused with what is wrong', async (_, standIn, message) => {
    await expect(taken(model(ROUND, [1, 2, 3, 4]), [0, 0, 0, 0], { standIns: [standIn] })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });
});

describe('what is cut off', () => {
  const cuts = {
    Greater: { nodes: GREATER, sign: 1 },
    'not LessOrEqual': {
      nodes: [node('LessOrEqual', ['x0', 'x2'], 'c'), node('Not', ['c'], 'n'), node('Cast', ['n'], 'r', { to: int(1) })],
      sign: 1,
    },
    // 5 below the threshold, 1 above it.
    'Where of Less': { nodes: [node('Less', ['x0', 'x2'], 'c'), node('Where', ['c', 'x3', 'x4'], 'r')], sign: -4 },
    'Cast to int32': { nodes: [node('Cast', ['x0'], 'c', { to: int(6) }), node('Cast', ['c'], 'r', { to: int(1) })], sign: 1 },
  };

  it.each(Object.entries(cuts))('%s has no gradient of its own, and that of the difference where it is asked for', (_, { nodes, sign }) =>
    fc.assert(
      fc.asyncProperty(numbers, numbers, async (x, w) => {
        const graph = model(nodes, w, [0.25, 5, 1]);
        const lowered = await specialise(graph, { x0: [1, SIZE] }, evaluator(ortNode));
        expect([carriesGradient(lowered), isStoodIn(lowered)]).toEqual([false, false]);
        expect((await taken(graph, x)).slope).toEqual([0, 0, 0, 0]);
        const { value, slope } = await taken(graph, x, { thresholds: true });
        near(value, await asked(graph, x));
        allNear(
          slope,
          w.map((one) => sign * one),
        );
      }),
      few,
    ),
  );

  it('a gate lets gradients pass by itself', async () => {
    const gate = [
      ...GREATER.map((one) => ({ ...one, outputs: one.outputs.map((name) => (name === 'r' ? 'g' : name)) })),
      node('Mul', ['x0', 'g'], 'r'),
    ];
    expect(carriesGradient(await specialise(model(gate, [1, 2, 3, 4], [0.25]), { x0: [1, SIZE] }, evaluator(ortNode)))).toBe(true);
  });
});

it('exact gradients of what rounds are zero', async () => {
  const graph = model(ROUND, [1, 2, 3, 4]);
  expect((await taken(graph, [0.2, 0.7, 1.4, -3])).slope).toEqual([1, 2, 3, 4]);
  const exact = await taken(graph, [0.2, 0.7, 1.4, -3], { exact: true });
  expect(exact).toEqual({ value: await asked(graph, [0.2, 0.7, 1.4, -3]), slope: [0, 0, 0, 0] });
});
