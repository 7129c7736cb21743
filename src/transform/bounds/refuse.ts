/** Says all at once which operators of a network have no bounds. */
import { GibbonError } from '../../base/errors.ts';
import type { Node } from '../../onnx/graph.ts';
import { isFloat } from '../../onnx/tensor.ts';
import { ruleOf } from '../../ops/table.ts';
import { isAffine, type Scope } from './scope.ts';

/** Operators that depend on the input and have no rule for bounds, each once. */
export function unbounded(scope: Scope): string[] {
  return [...new Set(scope.nodes.filter((node) => !hasBounds(scope, node)).map(({ op }) => op))].sort();
}

function hasBounds(scope: Scope, node: Node): boolean {
  const rule = ruleOf(node.op);
  const areFloats = node.outputs.every((name) => isFloat(scope.typed(name).type));
  return areFloats && rule.interval !== undefined && (isAffine(scope, node, rule) || rule.relax !== undefined);
}

/** @throws GibbonError E_OPERATOR_UNSUPPORTED */
export function refuseBound(scope: Scope): void {
  const missing = unbounded(scope);
  if (missing.length === 0) return;
  throw new GibbonError('E_OPERATOR_UNSUPPORTED', `no bounds are known of ${missing.join(', ')}`, {
    hint: 'Nothing can be certified about such a model except by smoothing; attacks say from the other side how robust it is.',
  });
}
