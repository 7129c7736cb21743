/** The error for operators without a lowering: all at once, each with its reason. */
import { GibbonError } from '../../base/errors.ts';
import type { Node } from '../../onnx/graph.ts';
import { qualifiedName } from './qualified-name.ts';
import { reasonOf } from './reasons.ts';

/** @throws GibbonError E_OPERATOR_UNSUPPORTED */
export function refuseOperators(nodes: readonly Pick<Node, 'op' | 'domain'>[]): never {
  const reasons = new Map(nodes.map((node) => [qualifiedName(node), reasonOf(node)]));
  const listed = [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, reason]) => `${name} (${reason})`);
  throw new GibbonError('E_OPERATOR_UNSUPPORTED', `no gradient through ${listed.join(', ')}`, {
    hint: 'Attacks that need only labels still work on this model.',
  });
}

/** @throws GibbonError E_MODEL_UNSUPPORTED: what the operator returns has a shape that the data decides. */
export function refuseRagged({ op, name }: Node): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name}: the shape of what it returns depends on the data`, {
    hint: 'Gibbon keeps every path that the data may take, and needs shapes that follow from the input size alone.',
  });
}

/** @throws GibbonError E_MODEL_SHAPE: in a batch the operator would mix rows of a model that is made for one. */
export function refuseMixing({ op, name }: Node): never {
  throw new GibbonError('E_MODEL_SHAPE', `${op} ${name}: the model is made for one row, and this looks at all rows of a batch together`, {
    hint: 'Export it with a dynamic batch dimension.',
  });
}
