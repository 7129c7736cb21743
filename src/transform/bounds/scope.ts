/** A network as bounds see it: which of its values depend on the input, and its constants as values of the graph under construction. */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, StaticGraph, Value, ValueType } from '../../onnx/graph.ts';
import { isFloat } from '../../onnx/tensor.ts';
import { ruleOf } from '../../ops/table.ts';

export interface Scope {
  readonly g: GraphBuilder;
  readonly net: StaticGraph;
  /** The nodes that depend on the input, in order. */
  readonly nodes: readonly Node[];
  /** Values of `g` for everything that follows from constants, by its name in the network. */
  readonly constants: ReadonlyMap<string, Value>;
  /** Does the value depend on the input? */
  varies(name: string): boolean;
  /** The value's type and shape, under its name in the network; it stands for no value of `g`. */
  typed(name: string): Value;
}

/** Puts the network's constant part into `g`. */
export function scopeOf(g: GraphBuilder, net: StaticGraph): Scope {
  const varying = new Set(net.inputs.map(({ name }) => name));
  const constants = new Map<string, Value>();
  const nodes: Node[] = [];
  for (const [name, tensor] of net.constants) constants.set(name, g.constant(tensor, name));
  for (const node of net.nodes) {
    if (node.inputs.some((name) => varying.has(name))) {
      nodes.push(node);
      for (const name of node.outputs) varying.add(name);
      continue;
    }
    const inputs = node.inputs.map((name) => (name === '' ? undefined : constants.get(name)));
    const made = g.nodes1(node.op, inputs, node.attributes, node.outputs.length);
    for (const [i, name] of node.outputs.entries()) constants.set(name, made[i] as Value);
  }
  return {
    g,
    net,
    nodes,
    constants,
    varies: (name) => varying.has(name),
    typed: (name) => ({ ...(net.types.get(name) as ValueType), name }),
  };
}

/** The node's constant inputs, undefined where an input varies or is absent. */
export function constantsOf({ constants }: Scope, node: Node): (Value | undefined)[] {
  return node.inputs.map((name) => constants.get(name));
}

/** Which of the node's inputs depend on the network's input. */
export function varyingOf(scope: Scope, node: Node): boolean[] {
  return node.inputs.map((name) => scope.varies(name));
}

export function isAffine(scope: Scope, node: Node, rule: { affine?(varying: readonly boolean[]): boolean }): boolean {
  return rule.affine?.(varyingOf(scope, node)) ?? false;
}

/** Does a constant add to the node's output? Factors do not. */
export function hasOffset(scope: Scope, node: Node): boolean {
  const factors = ruleOf(node.op).family === 'bilinear' || node.op === 'Div' ? 2 : 0;
  return constantsOf(scope, node).some(
    (constant, i) => constant !== undefined && isFloat(constant.type) && i >= factors && node.op !== 'Resize',
  );
}
