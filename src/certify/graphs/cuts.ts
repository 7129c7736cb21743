/** The values of a network that have to be bounded on the way to its output. */
import type { Node, StaticGraph } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { newGraph, ruleOf } from '../../ops/table.ts';
import { isExact } from '../../transform/bounds/rounding.ts';
import { isAffine, type Scope, scopeOf } from '../../transform/bounds/scope.ts';

/** A value that enters a node which is not affine: what has to be bounded on the way to the output. */
export interface Cut {
  readonly name: string;
  /** Elements of one row. */
  readonly size: number;
  /** Of so many rows. */
  shape(batch: number): readonly number[];
  /** Operators that it enters. */
  readonly ops: readonly string[];
  /** The node of the user's file that it enters first, by operator and name; undefined where it enters one of Gibbon's own. */
  readonly origin: string | undefined;
  /** Is it affine in the input, so that its interval over a box is exact? */
  readonly isFirst: boolean;
  /** Elements of what a function of one bounded value made, moved about: their intervals follow from that value's, and substitution finds no better ones. */
  readonly isSettled: boolean;
}

/** Which planes of an operator's relaxation are free, as far as climbs move them. */
const FREE: Readonly<Record<string, readonly ('lower' | 'upper')[]>> = {
  Relu: ['lower'],
  Sigmoid: ['lower', 'upper'],
  Tanh: ['lower', 'upper'],
  Atan: ['lower', 'upper'],
  Erf: ['lower', 'upper'],
  Exp: ['lower'],
  Softplus: ['lower'],
  Log: ['upper'],
  Sqrt: ['upper'],
};

/** A free plane behind a cut, and the name of the variable that chooses it. */
export interface Choice {
  readonly key: string;
  readonly cut: Cut;
  readonly plane: 'lower' | 'upper';
}

/** What is free behind some cuts: where one enters several operators, a rectifier's choice. */
export function choicesOf(cuts: readonly Cut[]): Choice[] {
  return cuts.flatMap((cut) =>
    (FREE[chooserOf(cut) ?? ''] ?? []).map((plane) => ({ cut, plane, key: plane === 'lower' ? cut.name : `above:${cut.name}` })),
  );
}

/** The operator behind a cut whose planes are chosen. */
export function chooserOf({ ops }: Pick<Cut, 'ops'>): string | undefined {
  return ops.includes('Relu') ? 'Relu' : ops.length === 1 ? ops[0] : undefined;
}

export type Norm = 'box' | 'l1' | 'l2';

/** In the order in which they are computed. */
export function cutsOf(net: StaticGraph): Cut[] {
  const scope = scopeOf(newGraph(), net);
  const cuts = new Map<string, Cut>();
  const curved = new Set<string>();
  const settled = new Set<string>();
  for (const node of scope.nodes) {
    const affine = isAffine(scope, node, ruleOf(node.op));
    const isCurved = !affine || node.inputs.some((name) => curved.has(name));
    if (isCurved) for (const name of node.outputs) curved.add(name);
    const isSettled = affine
      ? isExact(node) && node.inputs.every((name) => settled.has(name) || !scope.varies(name))
      : isUnary(scope, node);
    if (isSettled) for (const name of node.outputs) settled.add(name);
    if (affine) continue;
    for (const name of node.inputs.filter((input) => scope.varies(input))) {
      const known = cuts.get(name);
      const [first, ...rest] = scope.typed(name).shape;
      const shape = (batch: number): number[] => [(first as number) * batch, ...rest];
      cuts.set(name, {
        name,
        size: sizeOf(scope.typed(name).shape),
        shape,
        ops: [...(known?.ops ?? []), node.op],
        origin: known?.origin ?? node.origin,
        isFirst: !curved.has(name),
        isSettled: settled.has(name),
      });
    }
  }
  const order = new Map(scope.nodes.flatMap((node, i) => node.outputs.map((name): [string, number] => [name, i])));
  return [...cuts.values()].sort((a, b) => (order.get(a.name) ?? -1) - (order.get(b.name) ?? -1));
}

/** Does it depend on one value only? */
function isUnary(scope: Scope, node: Node): boolean {
  return new Set(node.inputs.filter((name) => scope.varies(name))).size === 1;
}
