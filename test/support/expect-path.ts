/** A model in ONNX Runtime as it is and as Gibbon lowers it, on given inputs: answers and the gradient of the sum of the first output. */
import { expect } from 'vitest';
import type { Graph, StaticGraph, Value } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { newGraph } from '../../src/ops/table.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { Session } from '../../src/runtime/runtime.ts';
import { gradient } from '../../src/transform/gradient.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { runNumbers } from './nets.ts';

/** A power of two, so that x ± h is exact for the small inputs of these tests. */
const STEP = 2 ** -6;
/** Both differences carry rounding of about 2⁻²⁴·|y|/h = 4e-6·|y|, |y| below 100 here. */
const TOLERANCE = 1e-3;

/** The model lowered as from a file. */
export const loweredFrom = (graph: Graph, shape: readonly number[]): Promise<StaticGraph> =>
  specialise(readModel(writeModel(graph).bytes), { x0: shape }, evaluator(ortNode));

const numbersFrom = async (session: Session, shape: readonly number[], x: readonly number[]): Promise<number[]> => {
  const made = await session.run({ x0: { type: 'float32', shape, data: Float32Array.from(x) } });
  return Array.from(Object.values(made)[0]?.data as Float32Array, Number);
};

/**
 * Fails unless the answers agree, and the gradient is what central differences of the original give. The model must be piecewise linear or
 * flat enough for a step of 1/64, and take the same path on either side of every input.
 */
export async function expectPath(graph: Graph, shape: readonly number[], inputs: readonly (readonly number[])[]): Promise<void> {
  const core = await loweredFrom(graph, shape);
  const g = newGraph();
  const x = g.input('x', 'float32', shape);
  const y = g.inline(core, new Map([['x0', x]])).get((core.outputs[0] as Value).name) as Value;
  const [d] = gradient(g, [{ value: y, cotangent: g.expand(g.scalar(1), y.shape) }], [x]);
  const steered = g.finish({ answer: y, d: d as Value });
  const original = await ortNode.loadModel(writeModel(graph).bytes, { optimisation: 'disabled' });
  const total = async (values: readonly number[]): Promise<number> =>
    (await numbersFrom(original, shape, values)).reduce((sum, value) => sum + value, 0);
  for (const input of inputs) {
    const made = await runNumbers(steered, { x: input });
    const expected = await numbersFrom(original, shape, input);
    const scale = Math.max(1, ...expected.map(Math.abs));
    expect(made.answer).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(Math.abs((made.answer?.[i] as number) - value)).toBeLessThan(1e-5 * scale);
    for (let i = 0; i < sizeOf(shape); i++) {
      const moved = (by: number): number[] => input.map((value, k) => (k === i ? value + by : value));
      const numeric = ((await total(moved(STEP))) - (await total(moved(-STEP)))) / (2 * STEP);
      expect(Math.abs((made.d?.[i] as number) - numeric), `d[${i}]: ${made.d?.[i]}, differences ${numeric}`).toBeLessThan(
        TOLERANCE * scale,
      );
    }
  }
  await original.release();
}
