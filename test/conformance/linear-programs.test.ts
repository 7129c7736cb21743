/** Linear programs of small networks: closed forms, what random points reach, and some rows of exact_*.json (all of them in test/accept/exact.accept.ts). */
import { afterAll, describe, expect, it } from 'vitest';
import { linearNetwork } from '../../src/certify/lp/minima.ts';
import type { StaticGraph } from '../../src/onnx/graph.ts';
import { int, ints } from '../../src/onnx/graph.ts';
import { floats, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { Session } from '../../src/runtime/runtime.ts';
import { absent, compared, expectExact, ORACLES } from '../support/exact-minima.ts';

const evaluate = evaluator(ortNode);
const sessions: Session[] = [];
afterAll(() => Promise.all(sessions.map((session) => session.release())));

function normals(shape: readonly number[], ...key: (string | number)[]): Tensor {
  const values = new Float32Array(sizeOf(shape));
  keyedRng(2, 'weights', ...key).fillNormal(values);
  return floats(values, shape);
}

/** Dense layers of these widths with rectifiers between. */
function dense(widths: readonly number[], seed: number): StaticGraph {
  const g = newGraph();
  let x = g.input('x', 'float32', [1, widths[0] as number]);
  for (const [i, width] of widths.slice(1).entries()) {
    if (i > 0) x = g.node('Relu', [x]);
    x = g.node('Gemm', [x, g.constant(normals([widths[i] as number, width], seed, i)), g.constant(normals([width], seed, i, 'bias'))]);
  }
  return g.finish({ y: x });
}

/** Convolution with stride and padding, a residual sum, average pooling. */
function residual(seed: number): StaticGraph {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, 1, 4, 4]);
  const conv = (from: typeof x, shape: readonly number[], strides: readonly number[], key: string): typeof x =>
    g.node('Conv', [from, g.constant(normals(shape, seed, key)), g.constant(normals([shape[0] as number], seed, key, 'bias'))], {
      strides: ints(strides),
      pads: ints([1, 1, 1, 1]),
      kernel_shape: ints([3, 3]),
      dilations: ints([1, 1]),
      group: int(1),
    });
  const first = g.node('Relu', [conv(x, [2, 1, 3, 3], [2, 2], 'first')]);
  const second = g.node('Relu', [g.add(first, conv(first, [2, 2, 3, 3], [1, 1], 'second'))]);
  const pooled = g.node('AveragePool', [second], { kernel_shape: ints([2, 2]), strides: ints([2, 2]), pads: ints([0, 0, 0, 0]) });
  return g.finish({ y: g.matmul(g.reshape(pooled, [1, 2]), g.constant(normals([2, 2], seed, 'last'))) });
}

const boxOf = (x: Float64Array, eps: number) => ({ lower: x.map((value) => value - eps), upper: x.map((value) => value + eps) });

async function valuesAt(graph: StaticGraph, spec: readonly number[], points: readonly ArrayLike<number>[]): Promise<number[]> {
  const session = await ortNode.load(graph);
  sessions.push(session);
  const values: number[] = [];
  for (const point of points) {
    const made = await session.run({ x: { type: 'float32', shape: graph.inputs[0]?.shape ?? [], data: Float32Array.from(point) } });
    values.push(spec.reduce((sum, weight, i) => sum + weight * Number(made.y?.data[i]), 0));
  }
  return values;
}

describe('minima', () => {
  it('of an affine network are its centre less the sum of the radii', async () => {
    const network = await linearNetwork(dense([6, 3], 1), floats([1, -1, 0], [1, 3]), evaluate);
    const [weights, bias] = [normals([6, 3], 1, 0), normals([3], 1, 0, 'bias')].map(
      ({ data }) => new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4),
    ) as [Float32Array, Float32Array];
    const x = Float64Array.from({ length: 6 }, (_, i) => i / 6);
    const slopes = Array.from({ length: 6 }, (_, i) => (weights[3 * i] as number) - (weights[3 * i + 1] as number));
    const expected = slopes.reduce(
      (sum, slope, i) => sum + slope * (x[i] as number) - 0.1 * Math.abs(slope),
      (bias[0] as number) - (bias[1] as number),
    );
    for (const isExact of [false, true]) {
      const [made] = await network.minima(boxOf(x, 0.1), { isExact });
      expect(made?.bound).toBeCloseTo(expected, 7);
      expect(made?.value).toBeCloseTo(expected, 7);
    }
  });

  it.each([
    ['one hidden layer', dense([2, 6, 2], 3), 2],
    ['three hidden layers', dense([3, 4, 3, 3, 2], 4), 3],
    ['convolutions and a residual sum', residual(5), 16],
  ] as const)('of %s: relaxed ≤ exact, which a point attains, ≤ every random point', async (_, graph, size) => {
    const spec = [1, -1];
    const network = await linearNetwork(graph, floats(spec, [1, 2]), evaluate);
    const rng = keyedRng(2, 'points', size);
    // At the smallest one, every rectifier is stable: an exact program without binaries.
    for (const eps of [1e-5, 0.1, 1]) {
      const x = Float64Array.from({ length: size }, () => 2 * rng.uniform() - 1);
      const box = boxOf(x, eps);
      const bounds = await network.tightened(box);
      const [loose] = await network.minima(box, { isExact: false });
      const [relaxed] = await network.minima(box, { isExact: false, bounds });
      const [exact] = await network.minima(box, { isExact: true, bounds });
      // Corners, where affine parts have their least values, and points between.
      const points = Array.from({ length: 200 }, (_, i) =>
        x.map((value) => value + eps * (i % 2 === 0 ? Math.sign(rng.uniform() - 0.5) : 2 * rng.uniform() - 1)),
      );
      const [attained, ...others] = await valuesAt(graph, spec, [exact?.point ?? [], ...points]);
      expect(loose?.bound).toBeLessThanOrEqual((relaxed?.bound as number) + 1e-6);
      expect(relaxed?.bound).toBeLessThanOrEqual((exact?.bound as number) + 1e-6);
      expect(exact?.value).toBeCloseTo(exact?.bound as number, 6);
      expect(attained).toBeCloseTo(exact?.value as number, 4);
      expect(Math.min(...others)).toBeGreaterThan((exact?.bound as number) - 1e-4);
    }
  });

  it('prove nothing where the solver had no time', async () => {
    const network = await linearNetwork(dense([20, 12, 12, 2], 6), floats([1, -1], [1, 2]), evaluate);
    for (const isExact of [false, true]) {
      const [made] = await network.minima(boxOf(new Float64Array(20), 3), { isExact, seconds: 0 });
      expect(made).toMatchObject({ value: Number.POSITIVE_INFINITY, point: undefined });
      expect(made?.bound).toBe(Number.NEGATIVE_INFINITY);
    }
  });

  it('of other networks are refused', async () => {
    const g = newGraph();
    const graph = g.finish({ y: g.node('Sigmoid', [g.input('x', 'float32', [1, 2])]) });
    await expect(linearNetwork(graph, floats([1, -1], [1, 2]), evaluate)).rejects.toMatchObject({
      code: 'E_NOT_APPLICABLE',
      message: expect.stringContaining('Sigmoid'),
    });
  });

  it.skipIf(absent).each(ORACLES)('%s: the first image against its second class', async (name) => {
    for await (const row of compared(name, (eps, image, other) => eps === 0.01 && image === 0 && other < 2)) expectExact(row);
  });
});
