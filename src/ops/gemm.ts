/** Gemm: alpha·op(A)·op(B) + beta·C, with op the identity or the transpose. */
import { float, floatOf, int, intOf, type Value } from '../onnx/graph.ts';
import { linear } from './families.ts';
import type { GradientContext } from './rule.ts';
import { shapeError, typeOf } from './shapes.ts';

/** d/dA = alpha·ct·op(B)ᵀ, d/dB = alpha·op(A)ᵀ·ct, each transposed back where the operand was; d/dC = beta·ct. */
export const gemm = linear({
  type: 'Gemm',
  family: 'bilinear',
  infer: (context) => {
    const [a, b] = [typeOf(context, 0), typeOf(context, 1)];
    if (a.shape.length !== 2 || b.shape.length !== 2) shapeError(context.node, `operands [${a.shape}] and [${b.shape}] are no matrices`);
    const [m, k] = intOf(context.node, 'transA', 0) ? [a.shape[1], a.shape[0]] : a.shape;
    const [k2, n] = intOf(context.node, 'transB', 0) ? [b.shape[1], b.shape[0]] : b.shape;
    if (k !== k2) shapeError(context.node, `cannot multiply [${a.shape}] by [${b.shape}]`);
    return [{ type: a.type, shape: [m as number, n as number] }];
  },
  transpose: [
    (context, ct) => {
      const { g, node, inputs, lead } = context;
      const [transA, transB, b] = [intOf(node, 'transA', 0), intOf(node, 'transB', 0), inputs[1] as Value];
      if (transA) return scaled(context, g.matmul(transB ? g.transposed(b) : b, g.transposed(ct)));
      const pull = (rows: Value): Value =>
        g.node('Gemm', [rows, b], { transB: int(transB ? 0 : 1), alpha: float(floatOf(node, 'alpha', 1)) });
      return g.folded(ct, lead, pull);
    },
    (context, ct) => {
      const { g, node, inputs } = context;
      const [transA, transB, a] = [intOf(node, 'transA', 0), intOf(node, 'transB', 0), inputs[0] as Value];
      return scaled(
        context,
        transB ? g.matmul(g.transposed(ct), transA ? g.transposed(a) : a) : g.matmul(transA ? a : g.transposed(a), ct),
      );
    },
    ({ g, node }, ct) => {
      const beta = floatOf(node, 'beta', 1);
      return beta === 1 ? ct : g.mul(ct, g.scalar(beta, ct));
    },
  ],
});

function scaled({ g, node }: GradientContext, value: Value): Value {
  const alpha = floatOf(node, 'alpha', 1);
  return alpha === 1 ? value : g.mul(value, g.scalar(alpha, value));
}
