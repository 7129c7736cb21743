/** Interval bounds of whole networks can be trained through: their gradients in every weight and in the box against central differences in float64. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StaticGraph, Value } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { sizeOf, type Tensor, view } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';
import { boundForm } from '../../src/transform/bounds/bound-form.ts';
import { forwardBounds } from '../../src/transform/bounds/forward.ts';
import { toFloat64 } from '../../src/transform/float64.ts';
import { gradient } from '../../src/transform/gradient.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { CERTIFY } from '../support/bounds.ts';

const folder = join(CERTIFY, 'unit');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.onnx')) : [];

/** Of central differences in float64: error ~ h², rounding ~ 1e-16/h. */
const STEP = 1e-5;
const TOLERANCE = 1e-6;

it.skipIf(files.length === 0).each(files)('%s', async (file) => {
  const graph = readModel(readFileSync(join(folder, file)));
  const shapes = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [name, (shape ?? []).map((dim) => (typeof dim === 'number' ? dim : 1))]),
  );
  const model = await specialise(graph, shapes, evaluator(ortNode));
  // Constants of the form for bounds are 0 and 1, where products of intervals have a kink.
  const { opened, weights } = lossOf(
    boundForm(model),
    (name) => model.constants.get(name)?.type === 'float32' && sizeOf((model.constants.get(name) as Tensor).shape) > 1,
  );
  const session = await ortNode.load(toFloat64(withGradients(opened)));
  const rng = keyedRng(3, 'gradients of bounds', file);
  const drawn = (value: Value, make: () => number): HostTensor => ({
    type: 'float64',
    shape: value.shape,
    data: Float64Array.from({ length: sizeOf(value.shape) }, make),
  });
  const at: Record<string, HostTensor> = {};
  for (const input of opened.inputs) {
    const weight = weights.get(input.name);
    if (weight) at[input.name] = { type: 'float64', shape: weight.shape, data: Float64Array.from(view(weight) as Float32Array) };
    else if (input.name.startsWith('l:')) at[input.name] = drawn(input, () => rng.uniform() - 0.5);
    else if (input.name.startsWith('c:')) at[input.name] = drawn(input, () => 2 * rng.uniform() - 1);
  }
  // Widths of a few hundredths: signs of some rectifiers are open, of others not.
  for (const { name, shape } of opened.inputs.filter((input) => input.name.startsWith('u:'))) {
    const low = at[name.replace(/^u/, 'l')]?.data as Float64Array;
    at[name] = { type: 'float64', shape, data: low.map((value) => value + 0.02 + 0.1 * rng.uniform()) };
  }
  const found = await session.run(at);
  const names = [...weights.keys(), ...opened.inputs.map(({ name }) => name).filter((name) => /^[lu]:/.test(name))];
  expect(weights.size).toBeGreaterThan(0);
  for (const name of names) {
    const direction = ((at[name] as HostTensor).data as Float64Array).map(() => 2 * rng.uniform() - 1);
    const moved = async (by: number): Promise<number> => {
      const { shape, data } = at[name] as HostTensor;
      const there: HostTensor = {
        type: 'float64',
        shape,
        data: (data as Float64Array).map((value, i) => value + by * (direction[i] as number)),
      };
      return ((await session.run({ ...at, [name]: there })).loss as HostTensor).data[0] as number;
    };
    const measured = ((await moved(STEP)) - (await moved(-STEP))) / (2 * STEP);
    const slope = found[`slope:${name}`]?.data as Float64Array;
    const told = direction.reduce((sum, value, i) => sum + value * (slope[i] as number), 0);
    expect(Math.abs(told - measured), `${name}: ${told}, measured ${measured}`).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(measured)));
  }
  await session.release();
});

/** Σ c·(lower, upper) of the output's interval bounds, with the network's weights as inputs. */
function lossOf(net: StaticGraph, isWeight: (name: string) => boolean): { opened: StaticGraph; weights: ReadonlyMap<string, Tensor> } {
  const g = newGraph();
  const box = new Map(
    net.inputs.map(({ name, type, shape }) => [
      name,
      { lower: g.input(`l:${name}`, type, shape), upper: g.input(`u:${name}`, type, shape) },
    ]),
  );
  const { intervals } = forwardBounds(g, net, box, { arithmetic: 'real' });
  const output = net.outputs[0] as Value;
  const { lower, upper } = intervals.get(output.name) as { lower: Value; upper: Value };
  const all = lower.shape.map((_, axis) => axis);
  const [c, d] = ['c:lower', 'c:upper'].map((name) => g.input(name, output.type, output.shape)) as [Value, Value];
  const loss = g.add(g.sum(g.mul(c, lower), all), g.sum(g.mul(d, upper), all));
  const graph = g.finish({ loss }, 'interval loss');
  const weights = new Map([...graph.constants].filter(([name]) => isWeight(name)));
  const constants = new Map([...graph.constants].filter(([name]) => !weights.has(name)));
  const inputs = [...graph.inputs, ...[...weights].map(([name, { type, shape }]) => ({ name, type, shape }))];
  return { opened: { ...graph, inputs, constants }, weights };
}

function withGradients(opened: StaticGraph): StaticGraph {
  const g = newGraph();
  const inputs = new Map(opened.inputs.map(({ name, type, shape }) => [name, g.input(name, type, shape)]));
  const loss = g.inline(opened, inputs).get('loss') as Value;
  const wanted = [...inputs.values()].filter(({ name }) => !name.startsWith('c:'));
  const slopes = gradient(g, [{ value: loss, cotangent: g.scalar(1) }], wanted);
  return g.finish(
    { loss, ...Object.fromEntries(wanted.map((value, i) => [`slope:${value.name}`, slopes[i] ?? g.mul(value, g.scalar(0))])) },
    'gradients',
  );
}
