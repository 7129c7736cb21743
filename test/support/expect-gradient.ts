/** A test that reads like a table: the gradient of one operator against central differences, in float64. */
import { expect } from 'vitest';
import type { Attributes, Value } from '../../src/onnx/graph.ts';
import { floats, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { toFloat64 } from '../../src/transform/float64.ts';
import { gradient } from '../../src/transform/gradient.ts';
import { newGraph } from '../../src/ops/table.ts';
import type { GraphBuilder } from '../../src/onnx/build.ts';

export interface Case {
  readonly op: string;
  readonly attributes?: Attributes;
  /** Shapes of the float inputs that are differentiated. */
  readonly shapes: readonly (readonly number[])[];
  /** Constants after the float inputs (axes, indices, bounds). */
  readonly constants?: readonly Tensor[];
  /** Values of the float inputs; the default is a deterministic spread over [-2, 2] without ties. */
  readonly values?: readonly (readonly number[])[];
  readonly outputs?: number;
  /** Extra leading cotangent dimensions: checked to agree with one run per cotangent. */
  readonly lead?: number;
  /** Builds the value in place of the single node. */
  readonly build?: (g: GraphBuilder, inputs: readonly Value[]) => Value;
}

/** Distinct numbers in [-2, 2], far enough apart that a step of central differences crosses no kink. */
export function spread(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => hash(a, seed) - hash(b, seed) || a - b);
  const values = new Array<number>(count);
  for (const [rank, at] of order.entries()) values[at] = ((rank + 0.5) / count) * 4 - 2 + 1e-3;
  return values;
}

const hash = (i: number, seed: number): number => (Math.imul(i + 1, 2654435761) ^ Math.imul(seed + 7, 40503)) >>> 0;

/** Step of central differences in float64: error ~ h², rounding ~ 1e-16/h. */
const STEP = 1e-5;
/** The relative error, on top of rounding noise of values near zero. */
export const TOLERANCE = 1e-6;

/** Fails unless every partial derivative of a random projection of the output equals its central difference to 1e-6. */
export async function expectGradient(test: Case): Promise<void> {
  const values = test.values ?? test.shapes.map((shape, i) => spread(sizeOf(shape), i));
  const { run, outputSize } = await compiled(test);
  const weights = spread(outputSize * (test.lead ?? 1), 99);
  const rows = test.lead ?? 1;
  const analytic = await run(values, weights);
  for (const [i, shape] of test.shapes.entries()) {
    const size = sizeOf(shape);
    for (let j = 0; j < size; j++) {
      const shifted = (delta: number): number[][] => values.map((v, k) => (k === i ? v.map((x, l) => (l === j ? x + delta : x)) : [...v]));
      const [up, down] = [await run(shifted(STEP), weights), await run(shifted(-STEP), weights)];
      for (let r = 0; r < rows; r++) {
        const numeric = ((up.losses[r] as number) - (down.losses[r] as number)) / (2 * STEP);
        const exact = (analytic.gradients[i] as ArrayLike<number>)[r * size + j] as number;
        const scale = Math.max(1, Math.abs(numeric));
        expect(Math.abs(exact - numeric) / scale, `${test.op} input ${i} element ${j} row ${r}: ${exact} vs ${numeric}`).toBeLessThan(TOLERANCE);
      }
    }
  }
}

interface Run {
  /** One projection per leading row. */
  readonly losses: readonly number[];
  readonly gradients: readonly ArrayLike<number>[];
}

async function compiled(test: Case): Promise<{ run: (values: readonly (readonly number[])[], weights: readonly number[]) => Promise<Run>; outputSize: number }> {
  const g = newGraph();
  const inputs = test.shapes.map((shape, i) => g.input(`x${i}`, 'float64', shape));
  const constants = (test.constants ?? []).map((tensor) => g.constant(tensor.type === 'float32' ? floats(new Float32Array(tensor.data.slice().buffer), tensor.shape, 'float64') : tensor));
  const y = test.build ? test.build(g, inputs) : (g.nodes1(test.op, [...inputs, ...constants], test.attributes ?? {}, test.outputs ?? 1)[0] as Value);
  const rows = test.lead ?? 1;
  const lead = test.lead === undefined ? 0 : 1;
  const cotangent = g.input('ct', 'float64', [...(lead ? [rows] : []), ...y.shape]);
  const gradients = gradient(g, [{ value: y, cotangent }], inputs, lead);
  const axes = cotangent.shape.map((_, i) => i).slice(lead);
  const loss = g.reshape(g.sum(g.mul(y, cotangent), axes), [rows]);
  const outputs: Record<string, Value> = { loss };
  for (const [i, value] of gradients.entries()) outputs[`g${i}`] = value ?? g.zeros([...(lead ? [rows] : []), ...(inputs[i] as Value).shape], 'float64');
  const session = await ortNode.load(toFloat64(g.finish(outputs)));
  const run = async (values: readonly (readonly number[])[], weights: readonly number[]): Promise<Run> => {
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => {
        const data = name === 'ct' ? weights : (values[Number(name.slice(1))] as readonly number[]);
        const shape = name === 'ct' ? cotangent.shape : (test.shapes[Number(name.slice(1))] as readonly number[]);
        return [name, { type: 'float64' as const, shape, data: Float64Array.from(data) }];
      }),
    );
    const made = await session.run(feeds);
    return { losses: Array.from(made.loss?.data as Float64Array), gradients: test.shapes.map((_, i) => made[`g${i}`]?.data as Float64Array) };
  };
  return { run, outputSize: sizeOf(y.shape) };
}
