/** MatMul of operands with at least two dimensions, batched by broadcasting. */
import type { GraphBuilder } from '../onnx/build.ts';
import { int, type Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { linear } from './families.ts';
import { broadcast, shapeError, typeOf } from './shapes.ts';

/** d/dA = ct·Bᵀ, d/dB = Aᵀ·ct */
export const matmul = linear({
  type: 'MatMul',
  family: 'bilinear',
  infer: (context) => {
    const [a, b] = [typeOf(context, 0), typeOf(context, 1)];
    const [m, k] = a.shape.slice(-2) as [number, number];
    const [k2, n] = b.shape.slice(-2) as [number, number];
    if (a.shape.length < 2 || b.shape.length < 2 || k !== k2) shapeError(context.node, `cannot multiply [${a.shape}] by [${b.shape}]`);
    return [{ type: a.type, shape: [...broadcast(context.node, a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n] }];
  },
  transpose: [
    ({ g, inputs }, ct) => timesTransposed(g, ct, inputs[1] as Value),
    ({ g, inputs }, ct) => g.matmul(g.transposed(inputs[0] as Value), ct),
  ],
});

/** Elements of a matrix from which on a transposed copy of it is too dear. */
const LARGE = 2 ** 22;

/** a·bᵀ; a large matrix is read as it lies. */
function timesTransposed(g: GraphBuilder, a: Value, b: Value): Value {
  const isPlain = a.shape.length === 2 && b.shape.length === 2;
  return isPlain && sizeOf(b.shape) >= LARGE ? g.node('Gemm', [a, b], { transB: int(1) }) : g.matmul(a, g.transposed(b));
}
