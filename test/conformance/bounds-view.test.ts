/** Bounds of a convolution's elements, taken through the windows that they see, are those of the whole network, and hold samples. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { climb } from '../../src/certify/bounds/ascent.ts';
import { layerBounds } from '../../src/certify/bounds/crown.ts';
import { type Domain, feedsOf } from '../../src/certify/bounds/domain.ts';
import type { Cut, Norm } from '../../src/certify/graphs/cuts.ts';
import { boundNetwork } from '../../src/certify/graphs/network.ts';
import { fed } from '../../src/certify/graphs/session.ts';
import { narrowView } from '../../src/certify/graphs/views.ts';
import { int, ints, type StaticGraph, type Value } from '../../src/onnx/graph.ts';
import { floats, sizeOf } from '../../src/onnx/tensor.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor, Session } from '../../src/runtime/runtime.ts';
import { boundForm } from '../../src/transform/bounds/bound-form.ts';

type Graph = ReturnType<typeof newGraph>;

interface Layer {
  readonly channels: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly number[];
  readonly groups: boolean;
  /** What follows it. */
  readonly next: 'Relu' | 'Sigmoid' | 'LeakyRelu' | 'nothing' | 'pool' | 'largest' | 'pad' | 'scale' | 'shortcut';
}

const layers: fc.Arbitrary<Layer> = fc.record({
  channels: fc.constantFrom(2, 4),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  pads: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
  groups: fc.boolean(),
  next: fc.constantFrom('Relu', 'Sigmoid', 'LeakyRelu', 'nothing', 'pool', 'largest', 'pad', 'scale', 'shortcut'),
});

interface Case {
  readonly layers: readonly Layer[];
  /** How the image comes in. */
  readonly input: 'image' | 'channels last' | 'flat';
  readonly norm: Norm;
  readonly batch: number;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  // A third one leaves something of the image.
  layers: fc
    .array(layers, { minLength: 1, maxLength: 3 })
    .map((all) => all.map((layer, i): Layer => (i < 2 ? layer : { ...layer, strides: [1, 1], dilations: [1, 1] }))),
  input: fc.constantFrom('image', 'channels last', 'flat'),
  norm: fc.constantFrom('box', 'l1', 'l2'),
  batch: fc.constantFrom(1, 2),
  seed: fc.nat(1e6),
});

const [CHANNELS, SIDE] = [2, 26];

/** The layers and a last convolution, whose output is given, and behind a rectifier where `rectified`. */
function netOf({ layers: all, input, seed }: Case, batch: number, rectified: boolean): StaticGraph {
  const g = newGraph();
  const rng = keyedRng(seed, 'weights');
  const weights = (shape: readonly number[]): Value =>
    g.constant(
      floats(
        Array.from({ length: sizeOf(shape) }, () => rng.uniform() - 0.5),
        shape,
      ),
    );
  const last: Layer = {
    channels: 3,
    kernel: [2, 3],
    strides: [1, 2],
    dilations: [1, 1],
    pads: [1, 0, 1, 1],
    groups: false,
    next: 'nothing',
  };
  const given = g.input('x', 'float32', shapeOf(input, batch));
  let x = input === 'channels last' ? g.transpose(given, [0, 3, 1, 2]) : g.reshape(given, [batch, CHANNELS, SIDE, SIDE]);
  for (const layer of [...all, last]) x = followed(g, convolved(g, x, layer, weights), layer, weights);
  return g.finish({ y: rectified ? g.node('Relu', [x]) : x });
}

function convolved(
  g: Graph,
  x: Value,
  { channels, kernel, strides, dilations, pads, groups }: Layer,
  weights: (shape: number[]) => Value,
): Value {
  const group = groups ? 2 : 1;
  const w = weights([channels, (x.shape[1] as number) / group, ...kernel]);
  const attributes = { strides: ints(strides), dilations: ints(dilations), pads: ints(pads), group: int(group) };
  return g.node('Conv', [x, w, weights([channels])], attributes);
}

function followed(g: Graph, x: Value, { next, channels }: Layer, weights: (shape: number[]) => Value): Value {
  switch (next) {
    case 'nothing':
      return x;
    case 'pool':
      return g.node('AveragePool', [x], { kernel_shape: ints([2, 2]), pads: ints([1, 0, 1, 0]), count_include_pad: int(1) });
    case 'largest':
      return g.node('MaxPool', [x], { kernel_shape: ints([2, 3]), strides: ints([1, 2]) });
    case 'pad':
      return g.pad(x, [0, 0, 1, 0, 0, 0, 2, 1]);
    case 'scale':
      return g.node('Relu', [g.sub(g.mul(x, weights([channels, 1, 1])), weights([1, channels, 1, 1]))]);
    case 'shortcut': {
      const inner = g.node('Conv', [g.node('Relu', [x]), weights([channels, channels, 3, 3])], { pads: ints([1, 1, 1, 1]) });
      return g.node('Relu', [g.add(inner, x)]);
    }
    default:
      return g.node(next, [x]);
  }
}

function shapeOf(input: Case['input'], batch: number): number[] {
  if (input === 'flat') return [batch, CHANNELS * SIDE * SIDE];
  return input === 'image' ? [batch, CHANNELS, SIDE, SIDE] : [batch, SIDE, SIDE, CHANNELS];
}

function domainOf({ norm, batch, seed }: Case): Domain {
  const rng = keyedRng(seed, 'box');
  const centre = Float32Array.from({ length: batch * CHANNELS * SIDE * SIDE }, () => rng.uniform());
  const moved = (by: number): Map<string, Float32Array> => new Map([['x', centre.map((value) => value + by)]]);
  const box = { batch, norm, lower: moved(-0.1), upper: moved(0.1) };
  return norm === 'box' ? box : { ...box, ball: { centre: moved(0), radius: new Float32Array(batch).fill(0.3) } };
}

interface Rows {
  /** Of row s and set b, at s·batch + b. */
  readonly index: readonly number[];
  readonly sign: readonly number[];
  readonly size: { readonly rows: number; readonly batch: number; readonly norm: Norm };
  /** The same rows in both forms: elements, and coefficients of all outputs. */
  readonly elements: ReadonlyMap<string, HostTensor>;
  readonly outputs: ReadonlyMap<string, HostTensor>;
}

/** Both signs of corners and of some elements between, others for each set. */
function rowsOf({ batch, norm, seed }: Case, n: number): Rows {
  const rng = keyedRng(seed, 'elements');
  const elements = Array.from({ length: 8 * batch }, (_, i) => [0, n - 1][i] ?? Math.floor(rng.uniform() * n));
  const rows = 16;
  const index = Array.from({ length: rows * batch }, (_, i) => elements[(Math.floor(i / batch) >> 1) * batch + (i % batch)] as number);
  const sign = index.map((_, i) => (Math.floor(i / batch) & 1 ? -1 : 1));
  const data = new Float32Array(rows * batch * n);
  for (const [i, element] of index.entries()) data[i * n + element] = sign[i] as number;
  return {
    index,
    sign,
    size: { rows, batch, norm },
    elements: new Map<string, HostTensor>([
      ['index', { type: 'int64', shape: [rows, batch], data: BigInt64Array.from(index, BigInt) }],
      ['sign', { type: 'float32', shape: [rows, batch], data: Float32Array.from(sign) }],
    ]),
    outputs: new Map<string, HostTensor>([['rows', { type: 'float32', shape: [rows, batch, n], data }]]),
  };
}

const numbersOf = (found: Readonly<Record<string, HostTensor>>, name: string): number[] => Array.from(found[name]?.data as Float32Array);

/** The network up to a rectifier, and up to the convolution before it, with interval bounds of the layers; undefined where views are too wide. */
async function prepared(test: Case) {
  const form = boundForm(netOf(test, test.batch, true));
  const name = form.nodes.filter(({ op }) => op === 'Relu').at(-1)?.inputs[0] ?? '';
  if (!narrowView(form, name)) return undefined;
  const elementwise = await boundNetwork(async (batch) => netOf(test, batch, true), ortNode);
  const whole = await boundNetwork(async (batch) => netOf(test, batch, false), ortNode);
  const cut = elementwise.cuts.find((one) => one.name === name) as Cut;
  const domain = domainOf(test);
  return { elementwise, whole, cut, domain, bounds: await layerBounds(elementwise, domain, 'ibp'), rows: rowsOf(test, cut.size) };
}

describe('bounds through windows', () => {
  it('are those of the whole network, and hold samples', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (test) => {
        const found = await prepared(test);
        if (!found) return;
        count++;
        const { elementwise, whole, cut, domain, bounds, rows } = found;
        const feeds = feedsOf(elementwise, domain, bounds);
        const own = await fed(await elementwise.bound(cut, rows.size), new Map([...feeds, ...rows.elements]));
        const known = await fed(await whole.bound('output', rows.size), new Map([...feeds, ...rows.outputs]));
        const [lower, error, wholeLower, wholeError] = [own, known].flatMap((one) => [
          numbersOf(one, 'lower'),
          numbersOf(one, 'error'),
        ]) as [number[], number[], number[], number[]];
        const model = await ortNode.load(netOf(test, test.batch, false));
        const answers = await samples(model, domain, test);
        for (const [i, element] of rows.index.entries()) {
          const [room, wholeRoom] = [error[i] as number, wholeError[i] as number];
          // Both are sums of the same terms; each claims to be off by no more than its error.
          expect(Math.abs((lower[i] as number) - (wholeLower[i] as number))).toBeLessThanOrEqual(room + wholeRoom);
          // The dual norm of a ball is a sum of fewer terms.
          if (test.norm === 'box') expect(room / wholeRoom).toBeGreaterThan(0.999);
          expect(room / wholeRoom).toBeLessThan(1.001);
          for (const answer of answers) {
            const value = (rows.sign[i] as number) * (answer[(i % test.batch) * cut.size + element] as number);
            expect((lower[i] as number) - room).toBeLessThanOrEqual(value);
          }
        }
        await Promise.all([elementwise.release(), whole.release(), model.release()]);
      }),
      { numRuns: 10, seed: 6, endOnFailure: true },
    );
    expect(count).toBeGreaterThan(4);
  });

  it.each(['Relu', 'Sigmoid', 'LeakyRelu', 'nothing', 'pool', 'largest', 'pad', 'scale', 'shortcut'] as const)(
    'are had behind %s',
    (next) => {
      const layer = { channels: 4, kernel: [2, 2], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: false, next } as const;
      for (const input of ['image', 'channels last', 'flat'] as const) {
        const form = boundForm(netOf({ layers: [layer], input, norm: 'box', batch: 1, seed: 1 }, 1, true));
        const cut = form.nodes.filter(({ op }) => op === 'Relu').at(-1)?.inputs[0] ?? '';
        expect(narrowView(form, cut)?.share).toBeLessThan(0.1);
      }
    },
  );

  it('rise with slopes of their own as they do with slopes of the whole network', async () => {
    const layer = { channels: 4, kernel: [3, 2], strides: [2, 1], dilations: [1, 1], pads: [1, 0, 1, 1], groups: false } as const;
    const test: Case = {
      layers: [
        { ...layer, next: 'Relu' },
        { ...layer, next: 'shortcut' },
      ],
      input: 'channels last',
      norm: 'box',
      batch: 2,
      seed: 3,
    };
    const { elementwise, whole, cut, domain, bounds, rows } = (await prepared(test)) as NonNullable<Awaited<ReturnType<typeof prepared>>>;
    const task = { domain, bounds, rows: rows.size.rows };
    const own = await climb({ ...task, network: elementwise, wanted: cut, seed: rows.elements }, { steps: 4 });
    const known = await climb({ ...task, network: whole, wanted: 'output', seed: rows.outputs }, { steps: 4 });
    const first = await climb({ ...task, network: elementwise, wanted: cut, seed: rows.elements }, { steps: 1 });
    let risen = 0;
    for (const [i, lower] of own.lower.entries()) {
      const [room, gain] = [(own.error[i] as number) + (known.error[i] as number), lower - (first.lower[i] as number)];
      if (gain > room) risen++;
      expect(gain).toBeGreaterThanOrEqual(0);
      // Where a slope's gradient is as good as zero, its sign is chance, and moves the bound by as little.
      expect(Math.abs(lower - (known.lower[i] as number))).toBeLessThanOrEqual(room + 0.01 * gain);
    }
    expect(risen).toBeGreaterThan(own.lower.length / 2);
    await Promise.all([elementwise.release(), whole.release()]);
  });
});

/** The model's answers at the ends and at random corners of the set. */
async function samples(model: Session, domain: Domain, { seed, input }: Case): Promise<Float32Array[]> {
  const rng = keyedRng(seed, 'samples');
  const [low, high] = [domain.lower.get('x'), domain.upper.get('x')] as [Float32Array, Float32Array];
  const corner = (pick: () => boolean): Float32Array => low.map((value, i) => (pick() ? value : (high[i] as number)));
  // Of a ball within the box, only points that move one element are sure to be inside.
  const points =
    domain.norm === 'box'
      ? [corner(() => true), corner(() => false), ...Array.from({ length: 6 }, () => corner(() => rng.uniform() < 0.5))]
      : Array.from({ length: 6 }, () => {
          const centre = Float32Array.from(domain.ball?.centre.get('x') ?? []);
          const at = Math.floor(rng.uniform() * centre.length);
          centre[at] = (rng.uniform() < 0.5 ? low : high)[at] as number;
          return centre;
        });
  const shape = shapeOf(input, domain.batch);
  return Promise.all(points.map(async (data) => (await model.run({ x: { type: 'float32', shape, data } })).y?.data as Float32Array));
}
