/** The search for counterexamples beside a region that is known: a thin band around one point's outputs. */
import { describe, expect, it } from 'vitest';
import { pointSearch } from '../../src/certify/property/search.ts';
import type { Graph, Node } from '../../src/onnx/graph.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { specialise } from '../../src/transform/specialise.ts';

const node = (op: string, inputs: string[], output: string): Node => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
});

/** y = (|x₁ + 2x₂ − x₃|, |2x₁ − x₂ + x₃|) as rectifiers, on three inputs. */
const model: Graph = {
  name: 'two bands',
  opsets: new Map([['', 18]]),
  inputs: [{ name: 'x', type: 'float32', shape: ['n', 3] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['n', 2] }],
  nodes: [node('MatMul', ['x', 'w'], 'z'), node('Relu', ['z'], 'r'), node('MatMul', ['r', 'v'], 'y')],
  constants: new Map(
    Object.entries({
      w: floats([1, -1, 2, -2, 2, -2, -1, 1, -1, 1, 1, -1], [3, 4]),
      v: floats([1, 0, 1, 0, 0, 1, 0, 1], [4, 2]),
    }),
  ),
};

describe('the search for counterexamples', () => {
  it('gets into a region that is a millionth of the box wide in two directions', async () => {
    const search = await pointSearch((batch) => specialise(model, { x: [batch, 3] }, evaluator(ortNode)), ortNode, { batch: 32, rows: 4 });
    const box = { lower: new Float32Array(3).fill(-1), upper: new Float32Array(3).fill(1) };
    // |y − (0.7, 0.3)| ≤ 1e-6 in both is fulfilled at x = (0.2, 0.4, 0.3).
    const goal = {
      rows: Float32Array.of(1, 0, -1, 0, 0, 1, 0, -1),
      offsets: Float32Array.of(0.7 + 1e-6, -0.7 + 1e-6, 0.3 + 1e-6, -0.3 + 1e-6),
    };
    const starts = search.random(32, box, 1).map((point) => ({ point, goal, ...box }));
    const hits = await search.descend(starts, 30);
    expect(hits.length).toBeGreaterThan(0);
    for (const [a, b, c] of hits as unknown as [number, number, number][]) {
      expect(Math.abs(Math.abs(a + 2 * b - c) - 0.7)).toBeLessThan(2e-6);
      expect(Math.abs(Math.abs(2 * a - b + c) - 0.3)).toBeLessThan(2e-6);
    }
    await search.release();
  });
});
