import { describe, expect, it } from 'vitest';
import { floats } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { keyedRng } from '../rng/rng.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { eigenvalues } from '../stats/eigenvalues.ts';
import { logProbabilities } from './log-probabilities.ts';
import { gramGraph, rankOf } from './score-gram.ts';

const normals = (n: number, ...key: (string | number)[]): Float32Array => {
  const out = new Float32Array(n);
  keyedRng(0, ...key).fillNormal(out);
  return out;
};

/** Float32 answers of a network 6 → `hidden` → `classes` with tanh, as probabilities or logits. */
async function answers(hidden: number, classes: number, n: number, softmax: boolean): Promise<Float32Array[]> {
  const g = newGraph();
  const x = g.input('x', 'float32', [n, 6]);
  const weights = (shape: readonly number[], name: string) =>
    g.constant(
      floats(
        Array.from(
          normals(
            shape.reduce((a, b) => a * b, 1),
            name,
          ),
        ),
        shape,
      ),
    );
  const layer = g.node('Tanh', [g.matmul(x, weights([6, hidden], 'first'))]);
  const logits = g.add(g.matmul(layer, weights([hidden, classes], 'last')), weights([classes], 'bias'));
  const out = softmax ? g.node('Softmax', [logits], { axis: { kind: 'int', value: -1 } }) : logits;
  const session = await ortNode.load(g.finish({ y: out }, 'net'));
  const { y } = await session.run({ x: { type: 'float32', shape: [n, 6], data: normals(6 * n, 'x') } });
  await session.release();
  const data = y?.data as Float32Array;
  return Array.from({ length: n }, (_, i) => data.slice(i * classes, (i + 1) * classes));
}

async function rank(rows: readonly Float32Array[], softmax: boolean): Promise<number | undefined> {
  const [n, k] = [rows.length, rows[0]?.length ?? 0];
  const logs = rows.map((row) => logProbabilities(row, softmax ? 'probabilities' : 'logits'));
  const session = await ortNode.load(gramGraph(n, k));
  const { gram } = await session.run({
    x: { type: 'float64', shape: [n, k], data: Float64Array.from(logs.flatMap((row) => Array.from(row))) },
  });
  await session.release();
  return rankOf(eigenvalues(gram?.data as Float64Array, k));
}

describe('eigenvalues', () => {
  it('of the second difference have a closed form', () => {
    const n = 12;
    const matrix = Array.from({ length: n * n }, (_, i) => [2, -1][Math.abs(Math.floor(i / n) - (i % n))] ?? 0);
    const expected = Array.from({ length: n }, (_, i) => 2 - 2 * Math.cos(((n - i) * Math.PI) / (n + 1)));
    for (const [i, value] of eigenvalues(matrix, n).entries()) expect(value).toBeCloseTo(expected[i] as number, 12);
  });
});

describe('the rank of scores', () => {
  it.each([
    [4, 12, false, 4],
    [4, 12, true, 4],
    [9, 60, true, 9],
    // A wider layer than there are classes shows nothing.
    [30, 8, true, 7],
  ])('of a network with %i hidden units and %i classes (softmax: %s) is %i', async (hidden, classes, softmax, expected) => {
    expect(await rank(await answers(hidden, classes, 2 * classes + 40, softmax), softmax)).toBe(expected);
  });
});
