/** Real networks: lowered they answer as in ONNX Runtime, and their gradients are derivatives. Skipped where the fixtures are absent. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StaticGraph, Value } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { floats, sizeOf } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { toFloat64 } from '../../src/transform/float64.ts';
import { gradient } from '../../src/transform/gradient.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { spread } from '../support/expect-gradient.ts';
import { runNumbers } from '../support/nets.ts';

const fixtures = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));

interface Network {
  readonly file: string;
  /** One row of input. */
  readonly row: readonly number[];
  readonly rows: number;
  /** Inputs are `middle` ± `reach`. */
  readonly middle?: number;
  readonly reach?: number;
}

const NETWORKS: readonly Network[] = [
  { file: 'mnist/mnist_lenet5_advtrained.onnx', row: [1, 28, 28], rows: 2 },
  { file: 'cifar10/cifar10_resnet20.onnx', row: [3, 32, 32], rows: 2 },
  { file: 'signs/lisa_cnn_rp2.onnx', row: [3, 32, 32], rows: 2 },
  { file: 'imagenet/mobilenet_v1_0.25_128.w8.onnx', row: [3, 128, 128], rows: 1 },
  { file: 'audio/mlperf_tiny_kws_waveform.onnx', row: [16000], rows: 1, middle: 0, reach: 0.2 },
];

/**
 * Rounding through L layers grows about as √L·√n·u, u = 6e-8: for 50 layers of 1000 terms 1.3e-5 of the largest value, times the condition of
 * the network; folded batch normalisation and other kernels only reorder the same sums.
 */
const FORWARD = 1e-4;
/** Step of central differences in float64; small, since every ReLU or maximum that the step crosses is a kink. */
const STEP = 1e-7;
const PIXELS = 5;

const inputOf = ({ row, rows, middle = 0.5, reach = 0.4 }: Network): number[] =>
  spread(rows * sizeOf(row), 21).map((v) => Math.fround(middle + (reach * v) / 2));

/** −log softmax of class 2, summed over rows, as `loss`, with its gradient `d` where asked for. */
function crossEntropy(core: StaticGraph, withGradient: boolean): StaticGraph {
  const g = newGraph();
  const [port] = core.inputs as [Value];
  const x = g.input('x', 'float32', port.shape);
  const y = g.inline(core, new Map([[port.name, x]])).get((core.outputs[0] as Value).name) as Value;
  const log = g.node('LogSoftmax', [y]);
  const loss = g.neg(g.sum(g.slice(log, 1, 2, 3), [0, 1]));
  if (!withGradient) return g.finish({ loss });
  const [d] = gradient(g, [{ value: loss, cotangent: g.scalar(1) }], [x]);
  return g.finish({ loss, d: d as Value });
}

const largestOf = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.each(NETWORKS)('$file', (network) => {
  const path = join(fixtures, network.file);
  if (!existsSync(path)) {
    it.skip(`(skipped: ${path} is absent; set GIBBON_FIXTURES)`);
    return;
  }
  const bytes = readFileSync(path);
  const model = readModel(bytes);
  const [port] = model.inputs as [(typeof model.inputs)[number]];
  const shape = [network.rows, ...network.row];
  const core = specialise(model, { [port.name]: shape }, evaluator(ortNode));
  const input = inputOf(network);

  it('answers as the original does', async () => {
    const original = await ortNode.loadModel(bytes);
    const expected = await original.run({ [port.name]: { type: 'float32', shape, data: Float32Array.from(input) } });
    const ours = await runNumbers(await core, { [port.name]: input });
    for (const [name, { data }] of Object.entries(expected)) {
      const scale = largestOf(Array.from(data as Float32Array));
      expect(ours[name]).toHaveLength(data.length);
      for (const [i, value] of Array.from(data as Float32Array).entries())
        expect(Math.abs((ours[name]?.[i] as number) - value)).toBeLessThan(FORWARD * scale);
    }
  });

  it('has the input gradient that central differences give', async () => {
    const exact = await runNumbers(toFloat64(crossEntropy(await core, true)), { x: input });
    const single = await runNumbers(crossEntropy(await core, true), { x: input });
    const [wide, narrow] = [exact.d as number[], single.d as number[]];
    const largest = largestOf(wide);
    expect(largest).toBeGreaterThan(0);
    expect(largestOf(wide.map((value, i) => value - (narrow[i] as number))), 'float32 beside float64').toBeLessThan(1e-3 * largest);
    const session = await ortNode.load(toFloat64(crossEntropy(await core, false)));
    const loss = async (at: number, delta: number): Promise<number> => {
      const data = Float64Array.from(input);
      data[at] = (data[at] as number) + delta;
      return (await session.run({ x: { type: 'float64', shape, data } })).loss?.data[0] as number;
    };
    // The pixel that matters most, and some others.
    const strongest = wide.findIndex((value) => Math.abs(value) === largest);
    for (const at of [strongest, ...Array.from({ length: PIXELS - 1 }, (_, i) => Math.floor(((i + 0.37) * wide.length) / (PIXELS - 1)))]) {
      const numeric = ((await loss(at, STEP)) - (await loss(at, -STEP))) / (2 * STEP);
      expect(Math.abs(numeric - (wide[at] as number)) / largest, `pixel ${at}: ${wide[at]} vs ${numeric}`).toBeLessThan(1e-5);
    }
  });
});

describe('CleverHans SimpleModel', () => {
  const path = join(fixtures, 'attack-oracles/expected.json');
  it.skipIf(!existsSync(path))('has the published cross-entropies', async () => {
    const { cross_entropy: published } = (
      JSON.parse(readFileSync(path, 'utf8')) as { cleverhans_simple: { cross_entropy: Record<string, number> } }
    ).cleverhans_simple;
    const g = newGraph();
    const x = g.input('x', 'float32', [2, 2]);
    const weights = (values: readonly number[]): Value => g.constant(floats(values, [2, 2]));
    const h = g.node('Sigmoid', [g.matmul(x, weights([1.5, 0.3, -2, 0.3]))]);
    const log = g.node('LogSoftmax', [g.matmul(h, weights([-2.4, 1.2, 0.5, -2.3]))], {});
    const made = await runNumbers(g.finish({ log }), { x: [1, -1, -1, 1] });
    expect(Math.abs(-(made.log?.[0] as number) - (published['x=(1,-1),y=0'] as number))).toBeLessThan(1e-6);
    expect(Math.abs(-(made.log?.[3] as number) - (published['x=(-1,1),y=1'] as number))).toBeLessThan(1e-6);
  });
});
