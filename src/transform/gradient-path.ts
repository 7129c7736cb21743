/** Does any path from a graph's inputs to its outputs carry a gradient? Where none does, the gradient is zero whatever the input is. */
import type { StaticGraph } from '../onnx/graph.ts';
import { isFloat } from '../onnx/tensor.ts';
import { ruleOf } from '../ops/table.ts';
import { noiseInputs } from './noise.ts';

export function carriesGradient(graph: StaticGraph): boolean {
  const noise = new Set(noiseInputs(graph).map(({ name }) => name));
  const active = new Set(graph.inputs.filter(({ name, type }) => isFloat(type) && !noise.has(name)).map(({ name }) => name));
  for (const { op, inputs, outputs } of graph.nodes) {
    const { differentiable } = ruleOf(op);
    if (differentiable === 'zero' || differentiable === 'none' || !inputs.some((name) => active.has(name))) continue;
    for (const name of outputs) {
      const type = graph.types.get(name)?.type;
      if (type && isFloat(type)) active.add(name);
    }
  }
  return graph.outputs.some(({ name }) => active.has(name));
}
