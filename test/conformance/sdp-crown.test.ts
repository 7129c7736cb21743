/** Offsets over balls and norms of operators beside brute force, and bounds of whole networks beside points of the ball (SDP-CROWN, arXiv:2506.06665). */
import { describe, expect, it } from 'vitest';
import { layerBounds } from '../../src/certify/bounds/crown.ts';
import { robustness } from '../../src/certify/bounds/goal.ts';
import { type Certificate, certificateOf, recheck } from '../../src/certify/claims/certificate.ts';
import { readCertificate } from '../../src/certify/claims/read-certificate.ts';
import { boundNetwork } from '../../src/certify/graphs/network.ts';
import { operatorNorms } from '../../src/certify/graphs/operator-norms.ts';
import { escalate } from '../../src/certify/search/escalate.ts';
import type { GraphBuilder } from '../../src/onnx/build.ts';
import { int, ints, type StaticGraph, type Value } from '../../src/onnx/graph.ts';
import { floats, numbers, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { offsetInBall } from '../../src/transform/bounds/offset-in-ball.ts';
import { around, fixtureNetwork, haveCertify, imageOf, outputBounds } from '../support/bounds.ts';
import { spread } from '../support/expect-gradient.ts';
import { append, type Net } from '../support/nets.ts';

const evaluate = evaluator(ortNode);

interface Layer {
  readonly above: readonly number[];
  readonly below: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly centre: readonly number[];
  readonly radius: number;
}

async function offsetOf({ above, below, lower, upper, centre, radius }: Layer): Promise<{ value: number; error: number }> {
  const g = newGraph();
  const n = centre.length;
  const [row, layer] = [
    (values: readonly number[]) => g.constant(floats(values, [1, 1, n])),
    (values: readonly number[]) => g.constant(floats(values, [1, n])),
  ];
  const ball = { centre: layer(centre), radius: g.constant(floats([radius], [1])) };
  const interval = { lower: layer(lower), upper: layer(upper) };
  const { value, error } = offsetInBall(g, { above: row(above), below: row(below), within: { interval, ball }, batch: 1 });
  const found = await evaluate(g.finish({ value, error }));
  const only = (name: string): number => numbers(found.get(name) as Tensor)[0] as number;
  return { value: only('value'), error: only('error') };
}

const slack = ({ above, below }: Layer, z: readonly number[]): number =>
  z.reduce((sum, at, i) => sum + (above[i] as number) * Math.max(at, 0) - (below[i] as number) * at, 0);

/** The least of c·relu(z) − g·z over a fine grid of the ball and the box, the corners of their cells included: above the true one by a cell's width at most. */
function leastOnGrid(layer: Layer, cells: number): number {
  const { centre, radius, lower, upper } = layer;
  const axis = (i: number): number[] => {
    const from = Math.max(lower[i] as number, (centre[i] as number) - radius);
    const to = Math.min(upper[i] as number, (centre[i] as number) + radius);
    return [...Array.from({ length: cells + 1 }, (_, k) => from + ((to - from) * k) / cells), ...(from < 0 && to > 0 ? [0] : [])];
  };
  let least = Number.POSITIVE_INFINITY;
  for (const a of axis(0))
    for (const b of axis(1))
      if (Math.hypot(a - (centre[0] as number), b - (centre[1] as number)) <= radius) least = Math.min(least, slack(layer, [a, b]));
  return least;
}

/** Layers of two neurons; `sign` of the coefficients above, 0 for either. */
function layerOf(seed: number, sign: -1 | 0 | 1): Layer {
  const rng = keyedRng(seed, 'layer');
  const draw = (from: number, to: number): number => Math.fround(from + (to - from) * rng.uniform());
  const above = [0, 1].map(() => {
    const value = draw(-1, 1);
    return sign === 0 ? value : sign * Math.abs(value);
  });
  const centre = [draw(-0.5, 0.5), draw(-0.5, 0.5)];
  return {
    above,
    below: above.map((value) => Math.fround(value * draw(0, 1))),
    centre,
    radius: draw(0.1, 1),
    lower: centre.map((value) => Math.fround(value - draw(0.1, 1))),
    upper: centre.map((value) => Math.fround(value + draw(0.1, 1))),
  };
}

describe('the offset of a layer in a ball', () => {
  it('is the closed form around zero, without a box', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const { above, below, radius } = layerOf(seed, 0);
      const wide = { above, below, radius, centre: [0, 0], lower: [-1e3, -1e3], upper: [1e3, 1e3] };
      // −ρ·‖min(c − g, g, 0)‖ (section 4 of the paper)
      const closed = -radius * Math.hypot(...above.map((c, i) => Math.min(c - (below[i] as number), below[i] as number, 0)));
      const { value } = await offsetOf(wide);
      expect(value).toBeCloseTo(closed, 5);
    }
    // Its figure 1: f(x) = −relu(x₁) − relu(x₂) on the unit ball, −√½ in place of −1.
    const figure = { above: [-1, -1], below: [-0.5, -0.5], centre: [0, 0], radius: 1, lower: [-1, -1], upper: [1, 1] };
    expect((await offsetOf(figure)).value).toBeCloseTo(-Math.SQRT1_2, 6);
  });

  it('is never above the least value, and is it where the function is convex', async () => {
    const cells = 400;
    for (const sign of [-1, 0, 1] as const) {
      for (let seed = 0; seed < 12; seed++) {
        const layer = layerOf(seed, sign);
        const least = leastOnGrid(layer, cells);
        const { value, error } = await offsetOf(layer);
        expect(value - error, `${sign} ${seed}`).toBeLessThanOrEqual(least);
        expect(error).toBeLessThan(1e-4);
        // A cell is 2ρ/400 wide, and a slope at most 1 for each neuron: the grid's least value lies that far above the true one.
        if (sign === 1) expect(value, `${seed}`).toBeGreaterThan(least - 2 * ((2 * layer.radius) / cells) - 1e-3);
      }
    }
  });
});

interface Operator {
  readonly input: readonly number[];
  readonly make: (g: GraphBuilder, x: Value) => Value;
  /** How far above the true norm the bound may be: a torus is larger than a zero-padded image, and sums see no signs. */
  readonly most: number;
}

const weights = (g: GraphBuilder, shape: readonly number[], seed: number): Value => g.constant(floats(spread(sizeOf(shape), seed), shape));

const conv =
  (shape: readonly number[], attributes: Parameters<GraphBuilder['node']>[2], op = 'Conv') =>
  (g: GraphBuilder, x: Value): Value =>
    g.node(op, [x, weights(g, shape, 3)], { kernel_shape: ints(shape.slice(2)), ...attributes });

const OPERATORS: Readonly<Record<string, Operator>> = {
  gemm: {
    input: [1, 30],
    most: 1.02,
    make: (g, x) => g.node('Gemm', [x, weights(g, [12, 30], 1), weights(g, [12], 2)], { transB: int(1) }),
  },
  matmul: { input: [1, 12], most: 1.02, make: (g, x) => g.add(g.matmul(x, weights(g, [12, 30], 1)), weights(g, [30], 2)) },
  conv: { input: [1, 3, 9, 8], most: 1.15, make: conv([4, 3, 3, 3], { pads: ints([1, 1, 1, 1]) }) },
  'conv of stride 2': { input: [1, 3, 9, 8], most: 1.15, make: conv([4, 3, 4, 3], { pads: ints([1, 0, 2, 1]), strides: ints([2, 2]) }) },
  'conv of stride 3, wider than its kernel': { input: [1, 2, 9, 9], most: 1.02, make: conv([4, 2, 2, 2], { strides: ints([3, 3]) }) },
  'conv in groups, dilated': {
    input: [1, 4, 9, 9],
    most: 1.3,
    make: conv([6, 2, 3, 2], { group: int(2), dilations: ints([2, 3]), strides: ints([1, 2]), pads: ints([2, 1, 1, 1]) }),
  },
  'conv of one axis': { input: [1, 2, 20], most: 1.15, make: conv([3, 2, 5], { pads: ints([2, 2]), strides: ints([2]) }) },
  'transposed conv': {
    input: [1, 3, 5, 5],
    most: 1.2,
    make: conv([3, 2, 4, 4], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }, 'ConvTranspose'),
  },
  'average pool': {
    input: [1, 2, 8, 8],
    most: 1.001,
    make: (g, x) => g.node('AveragePool', [x], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }),
  },
  factors: {
    input: [1, 6],
    most: 1.001,
    make: (g, x) => g.sub(g.mul(x, weights(g, [1, 6], 5)), g.constant(floats([1, 2, 3, 4, 5, 6], [1, 6]))),
  },
};

const finished = (make: Operator['make'], shape: readonly number[]): StaticGraph => {
  const g = newGraph();
  const x = g.input('x', 'float32', shape);
  return g.finish({ y: make(g, x) });
};

/** Rows L·eᵢ, less the constant part, as the runtime computes them. */
async function columnsOf({ make, input }: Operator): Promise<number[][]> {
  const n = sizeOf(input);
  const g = newGraph();
  const units = g.constant(
    floats([...Array(n).fill(0), ...Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))], [n + 1, ...input.slice(1)]),
  );
  const y = numbers((await evaluate(g.finish({ y: make(g, units) }))).get('y') as Tensor);
  const m = y.length / (n + 1);
  return Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => (y[(i + 1) * m + j] as number) - (y[j] as number)));
}

/** By power iteration: from below, and near it after so many steps. */
function normOf(columns: readonly (readonly number[])[]): number {
  let v = columns.map((_, i) => 1 + ((i * 7) % 5) / 5);
  let norm = 0;
  for (let k = 0; k < 500; k++) {
    const forward = (columns[0] as readonly number[]).map((_, j) =>
      columns.reduce((sum, column, i) => sum + (column[j] as number) * (v[i] as number), 0),
    );
    const back = columns.map((column) => column.reduce((sum, value, j) => sum + value * (forward[j] as number), 0));
    norm = Math.sqrt(Math.hypot(...back));
    v = back.map((value) => value / norm ** 2);
  }
  return norm;
}

describe('the norm of an operator', () => {
  it.each(Object.entries(OPERATORS))('%s is bounded from above, and not by far', async (_, operator) => {
    const net = finished(operator.make, operator.input);
    const names = new Set(net.outputs.map(({ name }) => name));
    const norms = await operatorNorms(net, names, evaluate);
    const bound = net.nodes.reduce((product, node) => product * (norms(node, 0) ?? 1), 1);
    const norm = normOf(await columnsOf(operator));
    expect(bound).toBeGreaterThanOrEqual(norm * (1 - 1e-6));
    expect(bound).toBeLessThan(norm * operator.most);
  });
});

const DENSE: Net['layers'] = [
  { kind: 'dense', units: 12 },
  { kind: 'Relu' },
  { kind: 'dense', units: 10 },
  { kind: 'Relu' },
  { kind: 'dense', units: 3 },
];
const NETS: Readonly<Record<string, { readonly input: readonly number[]; readonly make: Operator['make'] }>> = {
  dense: { input: [1, 8], make: (g, x) => append(g, x, { input: [], layers: DENSE }) },
  convolutions: {
    input: [1, 2, 6, 6],
    make: (g, x) =>
      append(g, x, {
        input: [],
        layers: [
          { kind: 'conv', channels: 3, kernel: 3, pad: 1 },
          { kind: 'Relu' },
          { kind: 'conv', channels: 4, kernel: 3, stride: 2 },
          { kind: 'Relu' },
          { kind: 'dense', units: 3 },
        ],
      }),
  },
  'a shortcut and a maximum': {
    input: [1, 2, 6, 6],
    make: (g, x) => {
      const inner = append(g, x, { input: [], layers: [{ kind: 'conv', channels: 2, kernel: 3, pad: 1 }, { kind: 'Relu' }] });
      return append(g, g.add(inner, x), {
        input: [],
        layers: [{ kind: 'maxPool', kernel: 2 }, { kind: 'Relu' }, { kind: 'dense', units: 3 }],
      });
    },
  },
};

/** The least of each output and of its negative that random points of the ball, and climbs from the best of them, reach. */
async function leastReached(graph: StaticGraph, x: readonly number[], eps: number): Promise<number[]> {
  const session = await ortNode.load(graph);
  const batch = graph.inputs[0]?.shape[0] as number;
  const rng = keyedRng(1, 'points');
  const n = x.length;
  const steps = Array.from({ length: batch }, () => new Float64Array(n));
  let least: { value: number; step: Float64Array }[] = [];
  for (let round = 0; round < 12; round++) {
    const reach = round === 0 ? 1 : 0.8 ** round;
    for (const [b, step] of steps.entries()) {
      const from = least[b % Math.max(1, least.length)]?.step ?? new Float64Array(n);
      const noise = new Float32Array(n);
      rng.fillNormal(noise);
      const length = Math.hypot(...noise);
      for (let i = 0; i < n; i++) step[i] = (from[i] as number) + (reach * eps * (noise[i] as number)) / length;
      const size = Math.hypot(...step);
      if (size > eps || b % 4 > 0) for (let i = 0; i < n; i++) step[i] = ((step[i] as number) * eps * 0.999999) / size;
    }
    const data = Float32Array.from(steps.flatMap((step) => x.map((value, i) => value + (step[i] as number))));
    const y = (await session.run({ x: { type: 'float32', shape: graph.inputs[0]?.shape ?? [], data } })).y?.data as Float32Array;
    const outputs = y.length / batch;
    least = Array.from({ length: 2 * outputs }, (_, s) => {
      const value = (b: number): number => (s < outputs ? 1 : -1) * (y[b * outputs + (s % outputs)] as number);
      const best = steps.reduce((at, __, b) => (value(b) < value(at) ? b : at), 0);
      const known = least[s];
      return known && known.value <= value(best) ? known : { value: value(best), step: (steps[best] as Float64Array).slice() };
    });
  }
  await session.release();
  return least.map(({ value }) => value);
}

describe('bounds of whole networks over balls', () => {
  it('come from balls as large as sums, factors and rectifiers make them', async () => {
    // relu(x + x) and relu(3·relu(x + x) − x): 2ε, and 3·2ε + ε.
    const make = (g: GraphBuilder, x: Value): Value => {
      const twice = g.node('Relu', [g.add(x, x)]);
      return g.node('Relu', [g.sub(g.mul(twice, g.scalar(3)), x)]);
    };
    const network = await boundNetwork(async (batch) => finished(make, [batch, 4]), ortNode, 'float32');
    const domain = around(network, [0.1, -0.2, 0.3, 0], { eps: 0.5, norm: 'l2' });
    const { balls } = await layerBounds(network, domain, 'ball-crown');
    const radii = [...(balls?.values() ?? [])].map(({ radius }) => radius[0] as number);
    expect(radii).toHaveLength(2);
    for (const [i, radius] of [1, 3.5].entries()) {
      expect(radii[i]).toBeGreaterThanOrEqual(radius);
      expect(radii[i]).toBeLessThan(radius * 1.001);
    }
    const [first] = [...(balls?.values() ?? [])];
    expect([...(first?.centre ?? [])].map((value) => value / 2)).toEqual([0.1, -0.2, 0.3, 0].map(Math.fround));
    await network.release();
  });

  it.each(Object.entries(NETS))('%s hold for every point, and are tighter than CROWN’s', async (_, { input, make }) => {
    const network = await boundNetwork(async (batch) => finished(make, [batch, ...input.slice(1)]), ortNode, 'float32');
    const x = spread(sizeOf(input), 9).map((value) => Math.fround(value / 2));
    for (const eps of [0.2, 0.8, 2]) {
      const domain = around(network, x, { eps, norm: 'l2' });
      const reached = await leastReached(finished(make, [256, ...input.slice(1)]), x, eps);
      const widths = { crown: 0, 'sdp-crown': 0 };
      for (const method of ['crown', 'sdp-crown'] as const) {
        const { lower, upper } = await outputBounds(network, domain, method);
        for (const [i, low] of lower.entries()) {
          expect(low, `${method} ${eps} ${i}`).toBeLessThanOrEqual(reached[i] as number);
          expect(-(upper[i] as number), `${method} ${eps} ${i}`).toBeLessThanOrEqual(reached[i + lower.length] as number);
          widths[method] += (upper[i] as number) - low;
        }
      }
      // Slopes of rectifiers flip with the bounds that enter them, so tighter ones may end looser.
      expect(widths['sdp-crown'], String(eps)).toBeLessThanOrEqual(1.002 * widths.crown);
      if (eps === 2) expect(widths['sdp-crown']).toBeLessThan(0.99 * widths.crown);
    }
    await network.release();
  });
});

describe.skipIf(!haveCertify)('a certificate by SDP-CROWN', () => {
  it('proves what α-CROWN does not, is checked again in one pass, and not for a larger ball', { timeout: 60_000 }, async () => {
    const network = await fixtureNetwork('converted/eran_mnist_6_100_nat.onnx', 'float32');
    const x = imageOf('mnist', 14);
    const domain = around(network, x, { eps: 0.3, norm: 'l2' });
    const goals = robustness(1, 10);
    expect(await escalate(network, domain, goals, { method: 'alpha-crown', budget: 60 })).toMatchObject({ isProved: false });
    const verdict = await escalate(network, domain, goals, { method: 'sdp-crown', budget: 60 });
    expect(verdict).toMatchObject({ isProved: true, method: 'sdp-crown' });
    const about = { preprocessing: {}, example: 14, x: '', label: 1, epsilon: 0.3 };
    const subject = { model: 'a hash', runtime: 'onnxruntime-node', about };
    const proof = verdict.proof ?? { goals, parts: [] };
    const certificate = readCertificate(JSON.stringify(certificateOf(network, domain, proof, subject)), 'x.cert.json') as Certificate;
    expect(await recheck(network, certificate)).toMatchObject({ isProved: true, failures: [] });
    const wider = around(network, x, { eps: 0.6, norm: 'l2' });
    expect(await recheck(network, certificateOf(network, wider, proof, subject))).toMatchObject({ isProved: false });
    await network.release();
  });

  it('is the start of branch and bound, whose leaves keep the balls', { timeout: 30_000 }, async () => {
    const network = await fixtureNetwork('converted/mnist_2_20.onnx', 'float32');
    const domain = around(network, imageOf('mnist', 2), { eps: 1.4, norm: 'l2', clip: [0, 1] });
    const goals = robustness(1, 10);
    const verdict = await escalate(network, domain, goals, { method: 'auto', budget: 20 });
    expect(verdict).toMatchObject({ isProved: true, method: 'bab' });
    expect(verdict.proof?.parts.at(-1)).toMatchObject({ layers: 'sdp-crown' });
    const about = { preprocessing: {}, example: 2, x: '', label: 1, epsilon: 1.4 };
    const subject = { model: 'a hash', runtime: 'onnxruntime-node', about };
    const certificate = certificateOf(network, domain, verdict.proof ?? { goals, parts: [] }, subject);
    expect(await recheck(network, certificate)).toMatchObject({ isProved: true, failures: [] });
    await network.release();
  });
});
