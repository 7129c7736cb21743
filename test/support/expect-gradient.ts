/** Tests that read like a table: the gradient of one operator against central differences in float64, its float32 form and its static shapes. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { GraphBuilder } from '../../src/onnx/build.ts';
import type { Attributes, StaticGraph, Value, ValueType } from '../../src/onnx/graph.ts';
import { type ElementType, floats, sizeOf, type Tensor, view } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor, Session } from '../../src/runtime/runtime.ts';
import { toFloat64 } from '../../src/transform/float64.ts';
import { gradient } from '../../src/transform/gradient.ts';

export interface Case {
  readonly op: string;
  readonly attributes?: Attributes;
  /** Shapes of the float inputs that are differentiated. */
  readonly shapes: readonly (readonly number[])[];
  /** Constants after the float inputs (axes, indices, bounds); float ones take the form's own precision. */
  readonly constants?: readonly (Tensor | undefined)[];
  /** Values of the float inputs; the default is a deterministic spread over [-2, 2] in which no two values, of any inputs, are equal or near 0. */
  readonly values?: readonly (readonly number[])[];
  readonly outputs?: number;
  /** Builds the value in place of the single node, where the inputs stand in another order. */
  readonly build?: (g: GraphBuilder, inputs: readonly Value[], constants: readonly (Value | undefined)[]) => Value;
  /** Only sizes and float32 agreement: an operator whose stated gradient is not its derivative (straight-through). */
  readonly surrogate?: boolean;
}

/**
 * Distinct numbers in [-2, 2], far enough apart that a step of central differences crosses no kink; different `lane`s share no value,
 * and every value is a float32.
 */
export function spread(count: number, seed: number, lane = 0): number[] {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => hash(a, seed) - hash(b, seed) || a - b);
  const values = new Array<number>(count);
  for (const [rank, at] of order.entries()) values[at] = Math.fround(((rank + 0.5) / count) * 4 - 2 + 1.37e-3 * (lane + 1));
  return values;
}

const hash = (i: number, seed: number): number => {
  let h = Math.imul(i + 1, 2654435761) ^ Math.imul(seed + 7, 40503);
  h = Math.imul(h ^ (h >>> 15), 2246822519);
  return (h ^ (h >>> 13)) >>> 0;
};

/** Step of central differences in float64: error ~ h², rounding ~ 1e-16/h. */
const STEP = 1e-5;
/** The relative error, on top of rounding noise of values near zero. */
export const TOLERANCE = 1e-6;
/** Second derivatives are differences of computed gradients: one more rounding error divided by the step. */
const SECOND = 1e-5;
/** Rows of the extra leading cotangent dimension. */
const ROWS = 2;
/** Partial derivatives looked at one by one per input; random directions look at all of them together. */
const SINGLES = 6;
/** One operator in float32 against float64: a few hundred terms of relative rounding 6e-8 each, and room for library functions. */
const FLOAT32 = 1e-4;

/** Runs a property of random cases with a fixed seed; fast-check prints seed, path and the smallest failing case. */
export function expectGradients(cases: fc.Arbitrary<Case>, runs = 10): Promise<void> {
  return fc.assert(fc.asyncProperty(cases, expectGradient), { numRuns: runs, seed: 20260101, endOnFailure: true });
}

/**
 * Fails unless the gradients of random projections of the output equal central differences to 1e-6, with and without a leading cotangent
 * dimension, and the gradient of the gradient too; unless the float32 form agrees with float64; and unless ONNX Runtime returns every value of
 * the graph in its static shape.
 */
export async function expectGradient(test: Case): Promise<void> {
  const values = test.values?.map((list) => list.map(Math.fround)) ?? test.shapes.map((shape, i) => spread(sizeOf(shape), i, i));
  const wide = built(test, 'float64');
  const weights = spread(ROWS * sizeOf(wide.shape), 99);
  const exact = await run(toFloat64(wide.graph), test, values, weights);
  await expectFloat32(test, values, weights, exact);
  if (!test.surrogate) await expectSecond(test, toFloat64(wide.graph), values, weights, exact);
  if (!test.surrogate) await expectDifferences(test, toFloat64(wide.forward), values, weights, exact);
  for (const [i, shape] of test.shapes.entries()) {
    const plain = numbersOf(exact[`g${i}`]);
    const rows = numbersOf(exact[`j${i}`]);
    expect(rows.length, `${test.op} rows of input ${i}`).toBe(ROWS * sizeOf(shape));
    for (const [k, value] of plain.entries())
      expect(Math.abs(value - (rows[k] as number)), `${test.op} input ${i}: leading dimension`).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(value)),
      );
  }
}

interface Built {
  readonly graph: StaticGraph;
  readonly forward: StaticGraph;
  readonly shape: readonly number[];
}

/** The direction of input `lane` in which gradients are differentiated again. */
const bearing = (size: number, lane: number): number[] => spread(size, 31 + lane);

/** The operator's graph with its gradients: g0, g1, … of one projection, j0, j1, … of `ROWS` projections; h0, h1, … the Hessian times `bearing`. */
function built(test: Case, type: ElementType): Built {
  const make = (withGradient: boolean): { graph: StaticGraph; shape: readonly number[] } => {
    const g = newGraph();
    const inputs = test.shapes.map((shape, i) => g.input(`x${i}`, type, shape));
    const constants = (test.constants ?? []).map(
      (tensor) => tensor && g.constant(tensor.type === 'float32' ? floats(view(tensor) as Float32Array, tensor.shape, type) : tensor),
    );
    const y = test.build
      ? test.build(g, inputs, constants)
      : (g.nodes1(test.op, [...inputs, ...constants], test.attributes ?? {}, test.outputs ?? 1)[0] as Value);
    const outputs: Record<string, Value> = { y };
    if (withGradient) {
      const cotangents = g.input('ct', type, [ROWS, ...y.shape]);
      const first = g.reshape(g.slice(cotangents, 0, 0, 1), y.shape);
      const zeros = (shape: readonly number[]): Value => g.zeros(shape, type);
      const plain = gradient(g, [{ value: y, cotangent: first }], inputs);
      const rows = gradient(g, [{ value: y, cotangent: cotangents }], inputs, 1);
      const seeds = plain.flatMap((value, i) =>
        value ? [{ value, cotangent: g.constant(floats(bearing(sizeOf(value.shape), i), value.shape, type)) }] : [],
      );
      const second = gradient(g, seeds, inputs);
      for (const [i, { shape }] of inputs.entries()) {
        outputs[`h${i}`] = second[i] ?? zeros(shape);
        outputs[`g${i}`] = plain[i] ?? zeros(shape);
        outputs[`j${i}`] = rows[i] ?? zeros([ROWS, ...shape]);
      }
    }
    return { graph: g.finish(outputs), shape: y.shape };
  };
  return { ...make(true), forward: make(false).graph };
}

type Results = Readonly<Record<string, HostTensor>>;

const numbersOf = (tensor: HostTensor | undefined): number[] => Array.from((tensor as HostTensor).data as Float64Array);

async function run(graph: StaticGraph, test: Case, values: readonly (readonly number[])[], weights: readonly number[]): Promise<Results> {
  const session = await ortNode.load(graph, { optimisation: 'basic' });
  try {
    return await session.run(feedsOf(graph, test, values, weights));
  } finally {
    await session.release();
  }
}

function feedsOf(
  graph: StaticGraph,
  test: Case,
  values: readonly (readonly number[])[],
  weights: readonly number[],
): Record<string, HostTensor> {
  return Object.fromEntries(
    graph.inputs.map(({ name, type, shape }) => {
      const data = name === 'ct' ? weights : (values[Number(name.slice(1))] as readonly number[]);
      if (data.length !== sizeOf(shape)) throw new RangeError(`${test.op}: ${data.length} values for [${shape}]`);
      return [name, { type, shape, data: type === 'float64' ? Float64Array.from(data) : Float32Array.from(data) }];
    }),
  );
}

/** The float32 form, all of its values as outputs: static shapes against those that come back, and outputs against float64. */
async function expectFloat32(
  test: Case,
  values: readonly (readonly number[])[],
  weights: readonly number[],
  exact: Results,
): Promise<void> {
  const { graph } = built(test, 'float32');
  const made = await expectShapes(graph, feedsOf(graph, test, values, weights));
  for (const [name, tensor] of Object.entries(exact)) {
    const [wide, narrow] = [numbersOf(tensor), numbersOf(made[name])];
    const scale = Math.max(1, ...wide.filter(Number.isFinite).map(Math.abs));
    for (const [i, value] of wide.entries()) {
      expect(
        Math.abs(value - (narrow[i] as number)) / scale,
        `${test.op} ${name}[${i}]: float32 ${narrow[i]}, float64 ${value}`,
      ).toBeLessThan(FLOAT32);
    }
  }
}

/** Runs a graph with every value an output and fails unless each has the type and shape that its rule says. Returns the values. */
export async function expectShapes(graph: StaticGraph, feeds: Readonly<Record<string, HostTensor>>): Promise<Results> {
  const names = graph.nodes.flatMap((node) => node.outputs);
  const outputs = names.map((name) => ({ ...(graph.types.get(name) as ValueType), name }));
  // The outputs go without declared shapes, so that the runtime does not simply take ours.
  const session: Session = await ortNode.load(
    { ...graph, outputs: outputs.map(({ name, type }) => ({ name, type, shape: null })) },
    { optimisation: 'disabled' },
  );
  try {
    const made = await session.run(feeds);
    for (const { name, type, shape } of outputs) {
      const { op } = graph.nodes.find((node) => node.outputs.includes(name)) as { op: string };
      expect({ op, type: made[name]?.type, shape: [...(made[name]?.shape ?? [])] }).toEqual({ op, type, shape: [...shape] });
    }
    return made;
  } finally {
    await session.release();
  }
}

async function expectDifferences(
  test: Case,
  forward: StaticGraph,
  values: readonly (readonly number[])[],
  weights: readonly number[],
  exact: Results,
): Promise<void> {
  const session = await ortNode.load(forward, { optimisation: 'basic' });
  const size = weights.length / ROWS;
  const losses = async (at: readonly (readonly number[])[]): Promise<number[]> => {
    const y = numbersOf((await session.run(feedsOf(forward, test, at, weights))).y);
    return Array.from({ length: ROWS }, (_, r) => y.reduce((sum, value, k) => sum + value * (weights[r * size + k] as number), 0));
  };
  try {
    const base = await losses(values);
    for (const [i, list] of values.entries()) {
      const gradients = numbersOf(exact[`j${i}`]);
      const largest = Math.max(0, ...gradients.map(Math.abs));
      for (const { label, along } of directions(list.length)) {
        const moved = (delta: number): number[][] =>
          values.map((v, k) => (k === i ? v.map((x, l) => x + delta * (along[l] as number)) : [...v]));
        const [up, down] = [await losses(moved(STEP)), await losses(moved(-STEP))];
        for (let r = 0; r < ROWS; r++) {
          const numeric = ((up[r] as number) - (down[r] as number)) / (2 * STEP);
          const analytic = along.reduce((sum, d, l) => sum + d * (gradients[r * list.length + l] as number), 0);
          const scale = Math.max(Math.abs(numeric), largest, 1e-4 * Math.max(1, Math.abs(base[r] as number)));
          expect(Math.abs(analytic - numeric) / scale, `${test.op} input ${i} ${label} row ${r}: ${analytic} vs ${numeric}`).toBeLessThan(
            TOLERANCE,
          );
        }
      }
    }
  } finally {
    await session.release();
  }
}

/** The Hessian times a direction of all inputs against the central difference of gradients. */
async function expectSecond(
  test: Case,
  graph: StaticGraph,
  values: readonly (readonly number[])[],
  weights: readonly number[],
  exact: Results,
): Promise<void> {
  const session = await ortNode.load(graph, { optimisation: 'basic' });
  const at = (step: number): Promise<Results> => {
    const moved = values.map((list, i) => bearing(list.length, i).map((d, l) => (list[l] as number) + step * d));
    return session.run(feedsOf(graph, test, moved, weights));
  };
  try {
    const [up, down] = [await at(STEP), await at(-STEP)];
    for (const i of values.keys()) {
      const [above, below, second] = [up[`g${i}`], down[`g${i}`], exact[`h${i}`]].map(numbersOf) as [number[], number[], number[]];
      const largest = Math.max(1e-4, ...second.map(Math.abs), ...above.map((value) => 1e-4 * Math.abs(value)));
      for (const [k, value] of second.entries()) {
        const numeric = ((above[k] as number) - (below[k] as number)) / (2 * STEP);
        expect(
          Math.abs(value - numeric) / largest,
          `${test.op} second derivative, input ${i} element ${k}: ${value} vs ${numeric}`,
        ).toBeLessThan(SECOND);
      }
    }
  } finally {
    await session.release();
  }
}

/** Some single elements, and random ±1 directions: an error in any element shows in those. */
function directions(size: number): { label: string; along: readonly number[] }[] {
  const count = Math.min(size, SINGLES);
  const singles = Array.from({ length: count }, (_, s) => Math.floor(((s + 0.5) * size) / count));
  const random = (seed: number): number[] => Array.from({ length: size }, (_, l) => (hash(l, seed) & 64 ? 1 : -1));
  return [
    ...singles.map((at) => ({ label: `element ${at}`, along: Array.from({ length: size }, (_, l) => (l === at ? 1 : 0)) })),
    ...(size > SINGLES ? [11, 12].map((seed) => ({ label: `direction ${seed}`, along: random(seed) })) : []),
  ];
}
