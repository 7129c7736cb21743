/** Tree ensembles on rows of tables, behind the steps that exporters put before them: against asking the untouched file about every row that matters. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openTableFor } from '../../src/audit/open-table.ts';
import { pointsInside } from '../../src/certify/claims/inside.ts';
import { claimed } from '../../src/certify/trees/claimed.ts';
import { nextDown32, nextUp32 } from '../../src/certify/trees/float32.ts';
import { minimalRadius } from '../../src/certify/trees/radius.ts';
import { readForest } from '../../src/certify/trees/read-forest.ts';
import { rowForest } from '../../src/certify/trees/row-forest.ts';
import { resizeImage } from '../../src/data/resize.ts';
import { createJudge, type Judge } from '../../src/model/judge.ts';
import { type ModelFile, readModelFile } from '../../src/model/model-file.ts';
import { elementOf, type PortsEncoding } from '../../src/model/ports-encoding.ts';
import type { Preprocessing } from '../../src/model/preprocessing.ts';
import { toRow } from '../../src/model/rows.ts';
import { type Graph, int, type Node } from '../../src/onnx/graph.ts';
import { int64s } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { Norm } from '../../src/threat/ball.ts';
import { EXPORTS } from '../support/exports.ts';
import { type Kind, randomEnsemble } from '../support/random-forest.ts';

const judges: Judge[] = [];
afterAll(() => Promise.all(judges.map((judge) => judge.release())));

const OFFSET = [3, -0.5];
// Whole numbers come to lie on the borders themselves, which are multiples of 0.3.
const SCALE = [0.3, -1.5];
const node = (op: string, domain: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  domain,
  name: output,
  inputs,
  outputs: [output],
  attributes,
});
const ML = 'ai.onnx.ml';

/** Whole numbers, numbers and texts, each an input: cast, scaled (one of them turned round) and encoded, then joined for the trees. */
function pipeline(kind: Kind, seed: number): Graph {
  const forest = randomEnsemble(kind, seed);
  const before = [
    node('Cast', '', ['a'], 'a32', { to: int(1) }),
    node('Concat', '', ['a32', 'b'], 'ab', { axis: int(1) }),
    node('Scaler', ML, ['ab'], 'scaled', { offset: { kind: 'floats', value: OFFSET }, scale: { kind: 'floats', value: SCALE } }),
    node('OneHotEncoder', ML, ['c'], 'hot', { cats_strings: { kind: 'strings', value: ['x', 'y'] }, zeros: int(1) }),
    node('Reshape', '', ['hot', 'flat'], 'hots'),
    node('ArrayFeatureExtractor', ML, ['hots', 'first'], 'isX'),
    node('Concat', '', ['scaled', 'isX'], 'x', { axis: int(1) }),
  ];
  return {
    ...forest,
    inputs: [
      { name: 'a', type: 'int64', shape: [null, 1] },
      { name: 'b', type: 'float32', shape: [null, 1] },
      { name: 'c', type: 'string', shape: [null, 1] },
    ],
    nodes: [...before, ...forest.nodes],
    constants: new Map([
      ['flat', int64s([-1, 2], [2])],
      ['first', int64s([0], [1])],
    ]),
  };
}

const column = { offset: 0, movable: true, whole: false };
const A = { ...column, name: 'a', scale: 1.7, whole: true };
const B = { ...column, name: 'b', scale: 0.37, low: -6, high: 6 };
const encoding: PortsEncoding = {
  kind: 'ports',
  columns: [
    { ...A, low: elementOf(-4, A), high: elementOf(10, A) },
    B,
    { ...column, name: 'c', scale: 1, low: 0, high: 1, whole: true, movable: false, categories: ['x', 'y'] },
  ],
  ports: [
    { name: 'a', type: 'int64', shape: [1], from: 0, count: 1 },
    { name: 'b', type: 'float32', shape: [1], from: 1, count: 1 },
    { name: 'c', type: 'string', shape: [1], from: 2, count: 1 },
  ],
  groups: [],
  certain: true,
};
const preprocessing: Preprocessing = {
  modality: 'table',
  layout: 'none',
  channels: 'none',
  shape: [3],
  mean: [0],
  std: [1],
  resize: 'crop',
  encoding,
};

async function written(graph: Graph): Promise<ModelFile> {
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-trees-')), 'forest.onnx');
  writeFileSync(path, writeModel(graph).bytes);
  return readModelFile(path);
}

/** Float32 numbers around each value of b at which a tree may turn: the inverse of the scaler in double precision, and more neighbours than it errs by. */
function bordersOfB(): number[] {
  const found = new Set<number>();
  for (let k = -4; k <= 4; k++) {
    const turn = (k * 0.3) / (SCALE[1] as number) + (OFFSET[1] as number);
    let [below, above] = [Math.fround(turn / B.scale), Math.fround(turn / B.scale)];
    found.add(below);
    for (let i = 0; i < 24; i++) {
      below = nextDown32(below);
      above = nextUp32(above);
      found.add(below).add(above);
    }
  }
  return [...found].filter((value) => value >= B.low && value <= B.high);
}

const MOVES: Readonly<Record<Norm, (a: number, b: number) => number>> = {
  linf: Math.max,
  l2: Math.hypot,
  l1: (a, b) => a + b,
};

/** The distance of the nearest row of another class, of all that matter. */
async function bruteForce(judge: Judge, row: Float32Array, label: number, norm: Norm): Promise<number> {
  const [x, y, c] = row as unknown as [number, number, number];
  const rows = Array.from({ length: 15 }, (_, i) => elementOf(i - 4, A)).flatMap((a) => [y, ...bordersOfB()].map((b) => [a, b] as const));
  const sorted = rows.map(([a, b]) => ({ row: Float32Array.of(a, b, c), distance: MOVES[norm](Math.abs(a - x), Math.abs(b - y)) }));
  sorted.sort((one, other) => one.distance - other.distance);
  for (let at = 0; at < sorted.length; at += 50) {
    const part = sorted.slice(at, at + 50);
    const hit = (await judge.decide(part.map((one) => one.row))).findIndex((one) => one.label !== label);
    if (hit >= 0) return part[hit]?.distance as number;
  }
  return Number.POSITIVE_INFINITY;
}

describe('a pipeline of whole numbers, numbers and texts', () => {
  it.each([
    ['margin', 'linf'],
    ['classes', 'linf'],
    ['softmax', 'l2'],
    ['logistic', 'l1'],
  ] as const)('%s, %s: the least change of a row is that of asking about every row', async (kind, norm) => {
    for (let seed = 50; seed < 52; seed++) {
      const model = await written(pipeline(kind, seed));
      const judge = await createJudge(model, preprocessing, ortNode);
      judges.push(judge);
      const trees = await rowForest(model, preprocessing, ortNode);
      expect([...trees.units]).toEqual([1, 1, 0]);
      for (const category of [0, 1]) {
        const rng = keyedRng(5, 'row', kind, seed, category);
        const row = Float32Array.of(elementOf(rng.int(15) - 4, A), Math.fround(4 * rng.uniform() - 2), category);
        const [decision] = await judge.decide([row]);
        const label = decision?.label as number;
        const decide = async (one: Float32Array): Promise<number> => (await judge.decide([one]))[0]?.label as number;
        const exact = await bruteForce(judge, row, label, norm);
        const found = await minimalRadius(await trees.at(row), row, label, { decide, norm, units: trees.units });
        if (exact === Number.POSITIVE_INFINITY) {
          expect(found.lower).toBe(exact);
          continue;
        }
        for (const side of [found.lower, found.upper]) expect(Math.abs(side - exact)).toBeLessThanOrEqual(1e-12 * exact);
        expect(claimed(found, { norm, size: 3 })).toBeLessThan(exact);
      }
      await trees.release();
    }
  });

  it('a number that may change and becomes categories is refused, and so is what mixes columns', async () => {
    const graph = pipeline('classes', 50);
    const whole = { ...graph, inputs: graph.inputs.map((port) => (port.name === 'c' ? { ...port, type: 'int64' as const } : port)) };
    const codes = whole.nodes.map((one) =>
      one.op === 'OneHotEncoder' ? { ...one, attributes: { cats_int64s: { kind: 'ints' as const, value: [0, 1] }, zeros: int(1) } } : one,
    );
    const numeric = {
      ...encoding,
      columns: encoding.columns.map(({ categories: _, ...one }) => (one.name === 'c' ? { ...one, movable: true } : one)),
      ports: encoding.ports.map((port) => (port.name === 'c' ? { ...port, type: 'int64' as const } : port)),
    };
    await expect(rowForest(await written({ ...whole, nodes: codes }), { ...preprocessing, encoding: numeric }, ortNode)).rejects.toThrow(
      /OneHotEncoder turns the input c, which may change, into other columns/,
    );
    const mixed = graph.nodes.map((one) => (one.op === 'Scaler' ? node('Normalizer', ML, ['ab'], 'scaled') : one));
    expect(() => readForest({ ...graph, nodes: mixed })).toThrow(/Normalizer stands between the input and the trees/);
  });
});

describe('pipelines as scikit-learn exports them', () => {
  it.each([
    ['sklearn-columns-forest-credit', 'credit'],
    ['sklearn-columns-boosting-credit', 'credit'],
    ['sklearn-forest-cancer-zipmap', 'cancer'],
    ['lightgbm-digits', 'digits'],
  ])('%s: the radius has a witness and nothing within it', async (name, data) => {
    const model = await readModelFile(join(EXPORTS, `${name}.onnx`));
    const path = join(EXPORTS, 'data', `${data}.csv`);
    const opened = await openTableFor(model, { model: model.path, data: { path }, flags: {}, threads: 1, seed: 0 });
    const judge = await createJudge(model, opened.preprocessing, ortNode);
    judges.push(judge);
    const trees = await rowForest(model, opened.preprocessing, ortNode);
    const decide = async (one: Float32Array): Promise<number> => (await judge.decide([one]))[0]?.label as number;
    for (const sample of await opened.dataset.read([0, 7])) {
      const row = await toRow(sample, opened.preprocessing, resizeImage);
      const label = await decide(row);
      const found = await minimalRadius(await trees.at(row), row, label, { decide, units: trees.units });
      expect(found.by).toBe('witness');
      expect(found.lower).toBe(found.upper);
      expect(await decide(found.witness as Float32Array)).not.toBe(label);
      const movable = [...trees.units].map(Boolean);
      const ball = {
        norm: 'linf' as const,
        epsilon: claimed(found, { norm: 'linf', size: row.length }),
        range: [-1e6, 1e6, movable] as const,
      };
      const points = pointsInside(row, ball, { rng: keyedRng(6, name, sample.index), count: 40 });
      // A whole number is what is nearest to it inside of the ball.
      const { columns } = opened.preprocessing.encoding as PortsEncoding;
      const rows = points.map((point) =>
        point.map((value, i) => {
          const own = columns[i] as PortsEncoding['columns'][number];
          if (!own.whole || own.categories) return value;
          const whole = elementOf(Math.round(value * own.scale + own.offset), own);
          return Math.abs(whole - (row[i] as number)) <= ball.epsilon ? whole : (row[i] as number);
        }),
      );
      for (const one of await judge.decide(rows)) expect(one.label).toBe(label);
    }
    await trees.release();
  });
});
