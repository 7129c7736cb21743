/** Gradients of whole small networks: float32 against float64, and gradients of gradients. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from '../../test/support/expect-gradient.ts';
import { append, type Layer, type Net, pathTerms, runNumbers } from '../../test/support/nets.ts';
import type { StaticGraph, Value } from '../onnx/graph.ts';
import { type ElementType, floats, sizeOf } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { toFloat64 } from './float64.ts';
import { gradient } from './gradient.ts';

const activation = fc.constantFrom<Layer>({ kind: 'Relu' }, { kind: 'Tanh' }, { kind: 'Sigmoid' });
const pooling = fc.constantFrom<readonly Layer[]>(
  [],
  [{ kind: 'maxPool', kernel: 2 }],
  [{ kind: 'averagePool', kernel: 2 }],
  [{ kind: 'maxPool', kernel: 3 }],
  [{ kind: 'averagePool', kernel: 3 }],
);

const nets: fc.Arbitrary<Net> = fc
  .record({
    channels: fc.constantFrom(2, 4),
    kernel: fc.constantFrom(1, 3),
    stride: fc.constantFrom(1, 2),
    pad: fc.nat(1),
    activations: fc.tuple(activation, activation),
    pool: pooling,
    dense: fc.boolean(),
  })
  .map(({ channels, kernel, stride, pad, activations: [first, second], pool, dense }) => ({
    input: [2, 2, 8, 8],
    layers: [
      { kind: 'conv', channels, kernel, stride, pad },
      first,
      ...pool,
      ...(dense ? ([{ kind: 'dense', units: 6 }, second] as const) : []),
      { kind: 'dense', units: 4 },
    ],
  }));

/** Output y and input gradient d of a projection of it by the constant `weights`. */
function projected(net: Net, type: ElementType, majorant = false): StaticGraph {
  const g = newGraph();
  const x = g.input('x', type, net.input);
  const y = append(g, x, net, majorant);
  const weights = spread(sizeOf(y.shape), 77);
  const cotangent = g.constant(floats(majorant ? weights.map(Math.abs) : weights, y.shape, type));
  const [d] = gradient(g, [{ value: y, cotangent }], [x]);
  return g.finish({ y, d: d as Value });
}

/** Unit roundoff of float32. */
const U = 2 ** -24;

describe('float32 beside float64', () => {
  /*
   * A sum of n products computed in float32 errs by at most γₙ·Σ|aᵢbᵢ|, γₙ = n·u/(1 − n·u) (Higham, Accuracy and Stability, 3.5), and errors of
   * earlier layers are carried on by at most |W|, activations being 1-Lipschitz. With N terms along a path and M the output of the net of absolute
   * values, |Δy| ≤ γ_N·M. A gradient passes the layers again (2N terms, majorant G: the gradient of the net of absolute values); besides, each of
   * its factors f′(z) is off by |f″|·|Δz| ≤ γ_N·max M, once per activation (at most 3). ReLU masks and pool winners do not change, z being far from kinks.
   */
  it('differs by no more than rounding explains, forward and backward', () =>
    fc.assert(
      fc.asyncProperty(nets, async (net) => {
        const x = spread(sizeOf(net.input), 4);
        const [narrow, wide, most] = await Promise.all([
          runNumbers(projected(net, 'float32'), { x }),
          runNumbers(toFloat64(projected(net, 'float64')), { x }),
          runNumbers(toFloat64(projected(net, 'float64', true)), { x: x.map(Math.abs) }),
        ]);
        const gamma = (n: number): number => (n * U) / (1 - n * U);
        const n = pathTerms(net);
        const top = Math.max(...(most.y as number[]));
        for (const [i, y] of (wide.y as number[]).entries())
          expect(Math.abs((narrow.y?.[i] as number) - y)).toBeLessThanOrEqual(gamma(n) * (most.y?.[i] as number));
        for (const [i, d] of (wide.d as number[]).entries()) {
          expect(Math.abs((narrow.d?.[i] as number) - d)).toBeLessThanOrEqual(
            (gamma(2 * n) + 3 * gamma(n) * top) * (most.d?.[i] as number),
          );
        }
      }),
      { numRuns: 30, seed: 20260101 },
    ));
  it('is not far below that bound in truth: a few roundings', async () => {
    const net: Net = {
      input: [2, 2, 8, 8],
      layers: [{ kind: 'conv', channels: 4, kernel: 3 }, { kind: 'Tanh' }, { kind: 'dense', units: 4 }],
    };
    const x = spread(sizeOf(net.input), 4);
    const [narrow, wide] = [
      await runNumbers(projected(net, 'float32'), { x }),
      await runNumbers(toFloat64(projected(net, 'float64')), { x }),
    ];
    const largest = Math.max(...(wide.d as number[]).map(Math.abs));
    for (const [i, d] of (wide.d as number[]).entries()) expect(Math.abs((narrow.d?.[i] as number) - d)).toBeLessThan(2e-6 * largest);
  });
});

const THREE: readonly (readonly [string, Net])[] = [
  [
    'a perceptron with tanh',
    {
      input: [2, 5],
      layers: [{ kind: 'dense', units: 7 }, { kind: 'Tanh' }, { kind: 'dense', units: 6 }, { kind: 'Tanh' }, { kind: 'dense', units: 3 }],
    },
  ],
  [
    'conv, max pool, relu, dense',
    {
      input: [2, 2, 7, 7],
      layers: [
        { kind: 'conv', channels: 3, kernel: 3, pad: 1 },
        { kind: 'maxPool', kernel: 3 },
        { kind: 'Relu' },
        { kind: 'dense', units: 3 },
      ],
    },
  ],
  [
    'conv, sigmoid, average pool',
    {
      input: [2, 2, 6, 6],
      layers: [
        { kind: 'conv', channels: 3, kernel: 3, stride: 1 },
        { kind: 'Sigmoid' },
        { kind: 'averagePool', kernel: 2 },
        { kind: 'dense', units: 3 },
      ],
    },
  ],
];

/** Loss (cross-entropy of the first class, or a projection of softmax), its gradient d, and the Hessian times v. */
function hessian(net: Net, type: ElementType, head: 'LogSoftmax' | 'Softmax'): StaticGraph {
  const g = newGraph();
  const [x, v] = [g.input('x', type, net.input), g.input('v', type, net.input)];
  const y = g.node(head, [append(g, x, net)]);
  const cotangent = g.constant(floats(spread(sizeOf(y.shape), 5), y.shape, type));
  const [d] = gradient(g, [{ value: y, cotangent }], [x]) as [Value];
  const [h] = gradient(g, [{ value: d, cotangent: v }], [x]);
  return g.finish({ d, h: h as Value });
}

describe('the gradient of a gradient', () => {
  it.each(THREE.flatMap(([name, net]) => (['LogSoftmax', 'Softmax'] as const).map((head) => [name, head, net] as const)))(
    'equals the central difference of gradients: %s, %s',
    async (_, head, net) => {
      const x = spread(sizeOf(net.input), 4);
      const v = spread(sizeOf(net.input), 6);
      const graph = toFloat64(hessian(net, 'float64', head));
      const step = 1e-5;
      const at = (t: number): Promise<Record<string, number[]>> =>
        runNumbers(graph, { x: x.map((value, i) => value + t * (v[i] as number)), v });
      const [here, up, down] = [await at(0), await at(step), await at(-step)];
      const largest = Math.max(...(here.h as number[]).map(Math.abs));
      expect(largest).toBeGreaterThan(1e-3);
      for (const [i, h] of (here.h as number[]).entries()) {
        const numeric = ((up.d?.[i] as number) - (down.d?.[i] as number)) / (2 * step);
        expect(Math.abs(h - numeric)).toBeLessThan(1e-6 * Math.max(1, largest));
      }
      const narrow = await runNumbers(hessian(net, 'float32', head), { x, v });
      for (const [i, h] of (here.h as number[]).entries())
        expect(Math.abs((narrow.h?.[i] as number) - h)).toBeLessThan(1e-5 * Math.max(1, largest));
    },
  );
  it('gives the whole, symmetric Hessian at once with leading cotangents', async () => {
    const net = (THREE[0] as (typeof THREE)[0])[1];
    const one: Net = { ...net, input: [1, 5] };
    const g = newGraph();
    const x = g.input('x', 'float64', one.input);
    const y = g.node('LogSoftmax', [append(g, x, one)]);
    const [d] = gradient(g, [{ value: y, cotangent: g.constant(floats([1, 0, 0], [1, 3], 'float64')) }], [x]) as [Value];
    const eye = g.constant(
      floats(
        Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 1 : 0)),
        [5, 1, 5],
        'float64',
      ),
    );
    const [h] = gradient(g, [{ value: d, cotangent: eye }], [x], 1);
    const made = await runNumbers(toFloat64(g.finish({ h: h as Value })), { x: spread(5, 1) });
    const at = (i: number, j: number): number => made.h?.[5 * i + j] as number;
    for (let i = 0; i < 5; i++) for (let j = 0; j < i; j++) expect(at(i, j)).toBeCloseTo(at(j, i), 12);
  });
});

describe('targets', () => {
  it('may be inputs, activations and weights at once; what does not matter has none', async () => {
    const g = newGraph();
    const [x, unused] = [g.input('x', 'float64', [2]), g.input('unused', 'float64', [2])];
    const w = g.constant(floats([3, 4], [2], 'float64'));
    const h = g.mul(x, w);
    const y = g.mul(h, h);
    const [dx, dw, dh, none] = gradient(g, [{ value: y, cotangent: g.constant(floats([1, 1], [2], 'float64')) }], [x, w, h, unused]);
    expect(none).toBeUndefined();
    const made = await runNumbers(g.finish({ dx: dx as Value, dw: dw as Value, dh: dh as Value }), { x: [1, 2], unused: [0, 0] });
    // y = (x·w)²: h = [3, 8], dh = 2h, dx = 2h·w, dw = 2h·x.
    expect(made).toEqual({ dx: [18, 64], dw: [6, 32], dh: [6, 16] });
  });
});
