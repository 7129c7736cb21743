/** Norms of a network's affine nodes (`lipschitz.ts`), each computed by a graph of its own. */
import type { Node, StaticGraph } from '../../onnx/graph.ts';
import { numbers, type Tensor } from '../../onnx/tensor.ts';
import { newGraph, ruleOf } from '../../ops/table.ts';
import { operatorNorm } from '../../transform/bounds/lipschitz.ts';
import { isAffine, scopeOf } from '../../transform/bounds/scope.ts';
import type { Evaluate } from '../../transform/evaluate.ts';

/** ‖L‖₂ from above of an affine node as a function of its input `index`; undefined for one that was not asked for. */
export type Norms = (node: Node, index: number) => number | undefined;

/** @param names values on whose way from the input the nodes lie */
export async function operatorNorms(net: StaticGraph, names: ReadonlySet<string>, evaluate: Evaluate): Promise<Norms> {
  const whole = scopeOf(newGraph(), net);
  const wanted = new Set(names);
  const norms = new Map<string, number>();
  for (const node of [...whole.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    for (const name of node.inputs) wanted.add(name);
    if (!isAffine(whole, node, ruleOf(node.op))) continue;
    for (const [index, name] of node.inputs.entries()) {
      if (!whole.varies(name)) continue;
      const g = newGraph();
      const found = await evaluate(g.finish({ norm: operatorNorm(scopeOf(g, net), node, index) }));
      norms.set(`${index} ${node.outputs[0]}`, numbers(found.get('norm') as Tensor)[0] as number);
    }
  }
  return (node, index) => norms.get(`${index} ${node.outputs[0]}`);
}
