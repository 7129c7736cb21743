/** The raw scores of a linear classifier: its own softmax or logistic function of them gives what ONNX Runtime returns for the untouched model. */
import { describe, expect, it } from 'vitest';
import { graphOf } from '../../test/support/expect-lowering.ts';
import { runNumbers } from '../../test/support/nets.ts';
import { type Attributes, type Graph, ints, type Node, str } from '../onnx/graph.ts';
import { writeModel } from '../onnx/write.ts';
import { evaluator } from '../runtime/evaluate.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { specialise } from '../transform/specialise.ts';
import { headOf, scoresOnly } from './logits.ts';

const list = (value: readonly number[]): Attributes[string] => ({ kind: 'floats', value });
const node = (op: string, inputs: string[], outputs: string[], attributes: Attributes = {}): Node => ({
  op,
  domain: 'ai.onnx.ml',
  name: op,
  inputs,
  outputs,
  attributes,
});

const COEFFICIENTS = [0.5, -1, 2, -0.5, 1, -2, 0.25, 0, 1];
const INTERCEPTS = [0.1, -0.1, 0];

function model(transform: string, classes: number, normalised: boolean): Graph {
  const attributes = {
    coefficients: list(COEFFICIENTS.slice(0, 3 * classes)),
    intercepts: list(INTERCEPTS.slice(0, classes)),
    classlabels_ints: ints([...Array(classes).keys()]),
    post_transform: str(transform),
  };
  const classifier = node('LinearClassifier', ['x0'], ['label', 'scores'], attributes);
  const nodes = normalised ? [classifier, node('Normalizer', ['scores'], ['p'], { norm: str('L1') })] : [classifier];
  const graph = graphOf(13, nodes, [[2, 3]], [{ name: normalised ? 'p' : 'scores', type: 'float32', shape: [2, classes] }]);
  return {
    ...graph,
    opsets: new Map([
      ['', 13],
      ['ai.onnx.ml', 1],
    ]),
  };
}

const X = [1, -2, 0.5, 0.3, -1, 2];

async function scored(graph: Graph): Promise<{ raw: number[]; theirs: number[] }> {
  const made = await runNumbers(await specialise(scoresOnly(graph, headOf(graph)), { x0: [2, 3] }, evaluator(ortNode)), { x0: X });
  const session = await ortNode.loadModel(writeModel(graph).bytes);
  const outputs = await session.run({ x0: { type: 'float32', shape: [2, 3], data: Float32Array.from(X) } });
  await session.release();
  return { raw: Object.values(made)[0] ?? [], theirs: Array.from(Object.values(outputs)[0]?.data as Float32Array) };
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

describe('raw scores', () => {
  it.each([false, true])('of a softmax (normalised: %s)', async (normalised) => {
    const graph = model('SOFTMAX', 3, normalised);
    expect(headOf(graph).kind).toBe('probabilities');
    const { raw, theirs } = await scored(graph);
    for (const row of [0, 1]) {
      const z = raw.slice(3 * row, 3 * row + 3).map(Math.exp);
      const sum = z.reduce((a, b) => a + b, 0);
      for (const [i, value] of z.entries()) expect(theirs[3 * row + i]).toBeCloseTo(value / sum, 5);
    }
  });

  it.each([
    [2, 'probabilities'],
    [3, 'sigmoid'],
  ])('of logistic functions of %i classes', async (classes, kind) => {
    const graph = model('LOGISTIC', classes, false);
    expect(headOf(graph).kind).toBe(kind);
    const { raw, theirs } = await scored(graph);
    expect(raw).toHaveLength(2 * classes);
    for (const [i, z] of raw.entries()) expect(theirs[i]).toBeCloseTo(sigmoid(z), 5);
  });

  it('are the scores themselves where nothing is done to them', () => {
    expect(headOf(model('NONE', 3, false))).toEqual({ output: 'scores', kind: 'logits', logits: 'scores' });
  });
});
