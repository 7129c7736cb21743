/** Operators whose gradient is not their own: the file's quantisers, and the core's rounding operators. */
import type { Node } from '../../onnx/graph.ts';
import { isCore, OPS } from '../../ops/table.ts';
import { qualifiedName } from './qualified-name.ts';

/** They round on the way, with the identity in place of the derivative. */
const QUANTISERS: ReadonlySet<string> = new Set([
  'DynamicQuantizeLinear',
  'QLinearConv',
  'QLinearMatMul',
  'QuantizeLinear',
  'com.microsoft.QGemm',
  'com.microsoft.QLinearAdd',
  'com.microsoft.QLinearGlobalAveragePool',
]);

/** Does the operator of a file get a straight-through gradient? */
export function isStraightThrough(node: Pick<Node, 'op' | 'domain'>): boolean {
  if (QUANTISERS.has(qualifiedName(node))) return true;
  return node.domain === '' && isCore(node.op) && OPS[node.op].differentiable === 'straight-through';
}
