/**
 * The form of a core graph that bounds are taken of: operators that are piecewise linear are written with Relu, so that whatever refines bounds (slopes,
 * splits, linear programs) meets one nonlinearity; what is a composite of few curves is written with those.
 */
import { GibbonError } from '../../base/errors.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, StaticGraph, Value, ValueType } from '../../onnx/graph.ts';
import { newGraph, ruleOf } from '../../ops/table.ts';
import { gated } from './gates.ts';
import { extremum } from './maxima.ts';
import { pieces } from './pieces.ts';
import { products } from './products.ts';
import type { Rewrite } from './rewriting.ts';
import { softmax } from './softmax.ts';

export interface BoundForm extends StaticGraph {
  /** By a value: an operator of values of the graph that makes the same, and whose interval rule is tighter than the nodes that stand for it. */
  readonly whole?: ReadonlyMap<string, Node>;
}

/** How operators are written with others. */
export const REWRITES: Readonly<Record<string, Rewrite>> = { ...pieces, ...extremum, ...products, ...softmax };

/** Operators that are written with others, at least where more than one operand depends on the input. */
export const REWRITTEN: ReadonlySet<string> = new Set(Object.keys(REWRITES));

/** Their interval rules know one varying operand. */
const PRODUCTS = new Set(['MatMul', 'Gemm']);

export function boundForm(net: StaticGraph): BoundForm {
  const g = newGraph();
  const values = new Map<string, Value>();
  const whole = new Map<string, Node>();
  for (const { name, type, shape } of net.inputs) values.set(name, g.input(name, type, shape));
  for (const [name, tensor] of net.constants) values.set(name, g.constant(tensor, name));
  for (const node of net.nodes) {
    g.origin = node.origin;
    const inputs = node.inputs.map((name) => (name === '' ? undefined : named(values, name)));
    const made = rewritten(g, net, node, inputs);
    if (made) {
      values.set(node.outputs[0] as string, made);
      const isNew = !inputs.some((value) => value?.name === made.name);
      if (isNew && ruleOf(node.op).interval && !PRODUCTS.has(node.op))
        whole.set(made.name, { ...node, inputs: inputs.map((value) => value?.name ?? ''), outputs: [made.name] });
      continue;
    }
    const same = g.nodes1(node.op, inputs, node.attributes, node.outputs.length);
    for (const [i, name] of node.outputs.entries()) values.set(name, same[i] as Value);
  }
  g.origin = undefined;
  const graph = g.finish(Object.fromEntries(net.outputs.map(({ name }) => [name, named(values, name)])), net.name);
  return trimmed(graph, whole);
}

function named(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (!value) throw new GibbonError('E_INTERNAL', `no value ${name}`);
  return value;
}

function rewritten(g: GraphBuilder, net: StaticGraph, node: Node, inputs: readonly (Value | undefined)[]): Value | undefined {
  const varies = (index: number): boolean => {
    const value = inputs[index];
    return value !== undefined && !g.isFixed(value);
  };
  if (!inputs.some((_, i) => varies(i))) return undefined;
  const name = node.outputs[0] as string;
  const output = { ...(net.types.get(name) as ValueType), name };
  const context = { g, node, inputs, output, varies };
  return gated(context) ?? REWRITES[node.op]?.(context);
}

/** Types of live values only, and operators whose inputs are all there. */
function trimmed(graph: StaticGraph, whole: ReadonlyMap<string, Node>): BoundForm {
  const live = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.constants.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  return {
    ...graph,
    types: new Map([...graph.types].filter(([name]) => live.has(name))),
    whole: new Map([...whole].filter(([name, { inputs }]) => live.has(name) && inputs.every((input) => input === '' || live.has(input)))),
  };
}
