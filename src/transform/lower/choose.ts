/** Where for every element type: ONNX Runtime's has no kernel for booleans and narrow integers. */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import type { ElementType } from '../../onnx/tensor.ts';

const HAS_WHERE: ReadonlySet<ElementType> = new Set(['float32', 'float64', 'int32', 'int64', 'uint8', 'string']);

/** a where the condition holds, b elsewhere. */
export function chosen(g: GraphBuilder, condition: Value, a: Value, b: Value): Value {
  if (HAS_WHERE.has(a.type)) return g.where(condition, a, b);
  return g.cast(g.where(condition, g.cast(a, 'int64'), g.cast(b, 'int64')), a.type);
}
