/** Gradients of MatMul, batched and broadcast, and of Gemm in all its forms. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectGradient, expectGradients } from '../../test/support/expect-gradient.ts';
import { float, int } from '../onnx/graph.ts';

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
