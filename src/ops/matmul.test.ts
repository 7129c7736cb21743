/** Gradients of MatMul, batched and broadcast, and of Gemm in all its forms. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectGradient, expectGradients } from '../../test/support/expect-gradient.ts';
import { runNumbers } from '../../test/support/nets.ts';
import { float, int, type Value } from '../onnx/graph.ts';
import { floats } from '../onnx/tensor.ts';
import { gradient } from '../transform/gradient.ts';
import { newGraph } from './table.ts';

const size = fc.integer({ min: 1, max: 4 });

describe('MatMul', () => {
  it('has the gradient that central differences give, with broadcast batches', () =>
    expectGradients(
      fc
        .record({
          batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
          m: size,
          k: size,
          n: size,
          left: fc.nat(2),
          right: fc.nat(2),
          ones: fc.nat(3),
        })
        .map(({ batch, m, k, n, left, right, ones }) => {
          const a = batch.map((dim) => (ones & 1 ? 1 : dim)).slice(Math.min(left, batch.length));
          const b = batch.map((dim) => (ones & 2 ? 1 : dim)).slice(Math.min(right, batch.length));
          return {
            op: 'MatMul',
            shapes: [
              [...a, m, k],
              [...b, k, n],
            ],
          };
        }),
      15,
    ));
});

describe('MatMul by a matrix that is not copied', () => {
  it('has the same gradient: the sums of its columns, weighted by the cotangent', async () => {
    const side = 2048;
    const weight = (i: number, j: number): number => ((i * 7 + j * 3) % 5) - 2;
    const cotangent = (j: number): number => (j % 3) - 1;
    const g = newGraph();
    const x = g.input('x', 'float32', [1, side]);
    const w = g.constant(
      floats(
        Float32Array.from({ length: side * side }, (_, k) => weight(Math.floor(k / side), k % side)),
        [side, side],
      ),
    );
    const ct = g.constant(
      floats(
        Array.from({ length: side }, (_, j) => cotangent(j)),
        [1, side],
      ),
    );
    const [dx] = gradient(g, [{ value: g.matmul(x, w), cotangent: ct }], [x]);
    const graph = g.finish({ dx: dx as Value });
    expect(graph.nodes.map(({ op }) => op)).toContain('Gemm');
    expect(graph.nodes.map(({ op }) => op)).not.toContain('Transpose');
    const made = await runNumbers(graph, { x: Array(side).fill(0) });
    // Small whole numbers: exact in float32.
    expect(made.dx).toEqual(
      Array.from({ length: side }, (_, i) =>
        Array.from({ length: side }, (__, j) => weight(i, j) * cotangent(j)).reduce((a, b) => a + b, 0),
      ),
    );
  });
});

describe('Gemm', () => {
  const forms = [0, 1].flatMap((transA) => [0, 1].map((transB) => ({ transA, transB })));
  it.each(forms)('has the gradient that central differences give: %o', ({ transA, transB }) =>
    expectGradients(
      fc
        .record({ m: size, k: size, n: size, alpha: fc.constantFrom(1, 0.5), beta: fc.constantFrom(1, -2), bias: fc.nat(4) })
        .map(({ m, k, n, alpha, beta, bias }) => {
          const c = [undefined, [n], [m, n], [m, 1], []][bias];
          return {
            op: 'Gemm',
            attributes: { transA: int(transA), transB: int(transB), alpha: float(alpha), beta: float(beta) },
            shapes: [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n], ...(c ? [c] : [])],
          };
        }),
      6,
    ),
  );
  it('has the gradient of a product of a matrix with itself', () =>
    expectGradient({ op: 'Gemm', shapes: [[3, 3]], build: (g, [x]) => g.node('Gemm', [x, x], { transA: int(1) }) }));
});
