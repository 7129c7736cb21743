/** Reverse-mode differentiation of a graph under construction: the gradient of a graph is more of the same graph. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Node, Value } from '../onnx/graph.ts';
import { isFloat } from '../onnx/tensor.ts';
import { ruleOf } from '../ops/table.ts';

/** A value with the gradient of the (implied, scalar) loss with respect to it. */
export interface Seed {
  readonly value: Value;
  /** Shape [lead…, ...value.shape]. */
  readonly cotangent: Value;
}

/**
 * Adds to `g` the gradients of Σ seed.cotangent · seed.value with respect to `targets`.
 * Cotangents may carry `lead` extra leading dimensions; the results then carry them too. Any value can be a target: inputs, activations, weights.
 * @returns for each target its gradient, [lead…, ...target.shape], or undefined where the seeds do not depend on it
 */
export function gradient(g: GraphBuilder, seeds: readonly Seed[], targets: readonly Value[], lead = 0): (Value | undefined)[] {
  const nodes = [...g.nodes];
  const active = dependents(nodes, targets);
  const cotangents = new Map<string, Value>();
  const accumulate = (name: string, value: Value): void => {
    const sum = cotangents.get(name);
    cotangents.set(name, sum ? g.add(sum, value) : value);
  };
  for (const { value, cotangent } of seeds) accumulate(value.name, cotangent);
  for (const node of nodes.reverse()) {
    if (!node.outputs.some((output) => cotangents.has(output)) || !node.inputs.some((input) => active.has(input))) continue;
    const inputs = node.inputs.map((name) => (name === '' ? undefined : g.value(name)));
    const found = ruleOf(node.op).gradient({
      g,
      node,
      inputs: inputs as Value[],
      outputs: node.outputs.map((name) => g.value(name)),
      cotangents: node.outputs.map((name) => cotangents.get(name)),
      lead,
      wants: (index) => active.has(node.inputs[index] ?? ''),
    });
    for (const [i, value] of found.entries()) {
      const input = inputs[i];
      if (value && input && active.has(input.name) && isFloat(input.type)) accumulate(input.name, unbroadcast(g, value, input, lead));
    }
  }
  return targets.map((target) => cotangents.get(target.name));
}

/** Names of everything that depends on the targets, the targets included. */
function dependents(nodes: readonly Node[], targets: readonly Value[]): Set<string> {
  const active = new Set(targets.map(({ name }) => name));
  for (const node of nodes) {
    if (node.inputs.some((input) => active.has(input))) for (const output of node.outputs) active.add(output);
  }
  return active;
}

/** Sums a cotangent over the dimensions along which its value was broadcast, and gives it the value's shape. */
export function unbroadcast(g: GraphBuilder, cotangent: Value, value: Value, lead: number): Value {
  const front = cotangent.shape.slice(0, lead);
  const own = cotangent.shape.slice(lead);
  const extra = Math.max(0, own.length - value.shape.length);
  const aligned = [...Array<number>(Math.max(0, value.shape.length - own.length)).fill(1), ...own.slice(extra)];
  const repeated = aligned.map((dim, i) => value.shape[i] === 1 && dim !== 1);
  const axes = own.flatMap((_, i) => (i < extra || repeated[i - extra] ? [lead + i] : []));
  const summed = g.reshape(g.sum(cotangent, axes), [...front, ...aligned.map((dim, i) => (repeated[i] ? 1 : dim))]);
  return g.expand(summed, [...front, ...value.shape]);
}
