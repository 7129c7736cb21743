/** The gradient through a lowered operator against central differences in float64. */

import type { GraphBuilder } from '../../src/onnx/build.ts';
import type { Value } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { toFloat64 } from '../../src/transform/float64.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { type Case, expectGradient } from './expect-gradient.ts';
import { type Lowered, modelOf } from './expect-lowering.ts';

/**
 * Fails unless the gradients of the operator's outputs with respect to its float inputs (those given as shapes) pass `expectGradient`.
 * Integer inputs are given as constants.
 */
export async function expectLoweredGradient(spec: Lowered, values?: Case['values']): Promise<void> {
  const model = modelOf(spec);
  const shapes = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, shape as number[]]));
  const narrow = await specialise(readModel(writeModel(model).bytes), shapes, evaluator(ortNode));
  const wide = toFloat64(narrow);
  const outputs = model.outputs.filter((_, i) => (spec.types?.[i] ?? 'float32') === 'float32').map(({ name }) => name);
  const build = (g: GraphBuilder, inputs: readonly Value[]): Value => {
    const graph = inputs[0]?.type === 'float64' ? wide : narrow;
    const made = g.inline(graph, new Map(graph.inputs.map(({ name }, i) => [name, inputs[i] as Value])));
    const flat = outputs.map((name) => {
      const value = made.get(name) as Value;
      return g.reshape(value, [value.shape.reduce((a, b) => a * b, 1)]);
    });
    return g.concat(flat, 0);
  };
  await expectGradient({ op: spec.op, shapes: narrow.inputs.map(({ shape }) => shape), build, ...(values && { values }) });
}
