/** Tree ensembles against ONNX Runtime: every cell of small random forests is asked, and the kept exports' forests are searched to their end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nextDown32, nextUp32 } from '../../src/certify/trees/float32.ts';
import { type FeatureBox, type Forest, scoreBounds } from '../../src/certify/trees/forest.ts';
import { largestSum } from '../../src/certify/trees/largest.ts';
import { minimalRadius } from '../../src/certify/trees/radius.ts';
import { readForest } from '../../src/certify/trees/read-forest.ts';
import { decided } from '../../src/model/judge.ts';
import { withOutput } from '../../src/onnx/expose.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor, Session } from '../../src/runtime/runtime.ts';
import { headOf } from '../../src/task/logits.ts';
import { EXPORTS, expectedOf } from '../support/exports.ts';
import { type Kind, randomEnsemble } from '../support/random-forest.ts';

const sessions: Session[] = [];
afterAll(() => Promise.all(sessions.map((session) => session.release())));

interface Loaded {
  readonly forest: Forest;
  readonly scores: (row: Float32Array) => Promise<Float32Array>;
  readonly decide: (row: Float32Array) => Promise<number>;
}

async function loaded(bytes: Uint8Array): Promise<Loaded> {
  const graph = readModel(bytes);
  const { output, isHidden, kind } = headOf(graph);
  const session = await ortNode.loadModel(isHidden ? withOutput(bytes, output) : bytes);
  sessions.push(session);
  const input = graph.inputs[0]?.name as string;
  const scores = async (row: Float32Array): Promise<Float32Array> => {
    const made = await session.run({ [input]: { type: 'float32', shape: [1, row.length], data: row } }, [output]);
    return made[output]?.data as Float32Array;
  };
  return { forest: readForest(graph).forest, scores, decide: async (row) => decided(await scores(row), kind).label };
}

const ensemble = (kind: Kind, seed: number): Graph => randomEnsemble(kind, seed);
const load = (graph: Graph): Promise<Loaded> => loaded(writeModel(graph).bytes);

/** Float32 numbers at which something changes, with both neighbours, for each feature. */
function borders({ trees, features }: Forest): number[][] {
  const found = Array.from({ length: features }, () => new Set<number>());
  for (const { features: at, low, high } of trees.flat()) {
    for (const [i, feature] of at.entries()) {
      for (const value of [low[i] as number, high[i] as number]) {
        if (Number.isFinite(value)) for (const near of [nextDown32(value), value, nextUp32(value)]) found[feature]?.add(near);
      }
    }
  }
  return found.map((values) => [...values].sort((a, b) => a - b));
}

const everywhere = (features: number): FeatureBox => ({
  low: new Float64Array(features).fill(Number.NEGATIVE_INFINITY),
  high: new Float64Array(features).fill(Number.POSITIVE_INFINITY),
});

/** The sum of the leaves that a row reaches. */
function sums({ base, trees }: Forest, row: Float32Array): number[] {
  return trees.reduce(
    (total, leaves) => {
      const reached = leaves.filter(({ features, low, high }) =>
        features.every((feature, i) => (row[feature] as number) >= (low[i] as number) && (row[feature] as number) <= (high[i] as number)),
      );
      expect(reached).toHaveLength(1);
      return total.map((sum, k) => sum + (reached[0]?.values[k] as number));
    },
    [...base],
  );
}

const KINDS: readonly Kind[] = ['margin', 'probability', 'classes', 'softmax', 'logistic'];

describe('the forest that is read', () => {
  it.each([...KINDS, 'regressor', 'average', 'ensemble'] as const)(
    '%s: reaches one leaf, and its sums are the scores that the runtime compares',
    async (kind) => {
      for (let seed = 0; seed < 4; seed++) {
        const { forest, scores } = await load(ensemble(kind, seed));
        const rng = keyedRng(3, 'rows', kind, seed);
        const values = borders(forest);
        for (let i = 0; i < 25; i++) {
          // On the borders themselves, where a wrong comparison shows.
          const row = Float32Array.from(values, (own) => (own.length === 0 ? 0 : (own[rng.int(own.length)] as number)));
          const [mine, theirs] = [sums(forest, row), [...(await scores(row))]];
          const slack = Math.max(...forest.slack) * 2;
          if (kind === 'margin') expect((theirs[1] as number) - (mine[1] as number)).toBeCloseTo(0, 5);
          else if (kind === 'probability') expect((theirs[1] as number) - (mine[1] as number)).toBeCloseTo(0, 5);
          else if (kind === 'logistic') expect(theirs[1]).toBeCloseTo(1 / (1 + Math.exp(-(mine[1] as number))), 5);
          else if (kind === 'softmax')
            expect(Math.log((theirs[1] as number) / (theirs[0] as number))).toBeCloseTo((mine[1] as number) - (mine[0] as number), 4);
          else for (const [k, value] of theirs.entries()) expect(Math.abs(value - (mine[k] as number))).toBeLessThanOrEqual(slack);
        }
      }
    },
  );
});

describe('bounds over a box', () => {
  it('hold every score, and the float32 rounding of its sum', async () => {
    for (let seed = 0; seed < 4; seed++) {
      const { forest, scores } = await load(ensemble('classes', seed));
      const rng = keyedRng(3, 'boxes', seed);
      const values = borders(forest);
      for (let i = 0; i < 8; i++) {
        const ends = values.map(
          (own) => [own[rng.int(own.length)] ?? 0, own[rng.int(own.length)] ?? 0].sort((a, b) => a - b) as [number, number],
        );
        const box = { low: Float64Array.from(ends, ([low]) => low), high: Float64Array.from(ends, ([, high]) => high) };
        const { lower, upper } = scoreBounds(forest, box);
        for (let k = 0; k < 20; k++) {
          const row = Float32Array.from(values, (own, f) => {
            const inside = own.filter((value) => value >= (box.low[f] as number) && value <= (box.high[f] as number));
            return inside[rng.int(inside.length)] as number;
          });
          for (const [c, score] of (await scores(row)).entries()) {
            expect(score).toBeGreaterThanOrEqual(lower[c] as number);
            expect(score).toBeLessThanOrEqual(upper[c] as number);
          }
        }
      }
    }
  });

  it('of a single point are its scores', async () => {
    const { forest } = await load(ensemble('classes', 1));
    const row = Float32Array.of(0.1, -0.2, 0.3);
    const { lower, upper } = scoreBounds(forest, { low: Float64Array.from(row), high: Float64Array.from(row) });
    for (const [k, sum] of sums(forest, row).entries()) {
      expect(lower[k]).toBeCloseTo(sum, 5);
      expect((upper[k] as number) - (lower[k] as number)).toBeLessThanOrEqual(2.0001 * (forest.slack[k] as number));
    }
  });
});

describe('the largest sum over a box', () => {
  it('is that of asking in every cell, and its point has it', async () => {
    for (const [kind, seed] of [
      ['regressor', 0],
      ['ensemble', 1],
      ['classes', 2],
      ['average', 3],
    ] as const) {
      const { forest, scores } = await load(ensemble(kind, seed));
      const rng = keyedRng(3, 'largest', seed);
      const values = borders(forest);
      const weights = forest.base.map((_, k) => (k === 0 ? 1 : -0.5 * k));
      const weighted = (found: ArrayLike<number>): number => weights.reduce((sum, weight, k) => sum + weight * (found[k] as number), 0);
      const slack = weights.reduce((sum, weight, k) => sum + Math.abs(weight) * (forest.slack[k] as number), 0);
      for (let i = 0; i < 3; i++) {
        const ends = values.map(
          (own) => [own[rng.int(own.length)] ?? 0, own[rng.int(own.length)] ?? 0].sort((a, b) => a - b) as [number, number],
        );
        const box = { low: Float64Array.from(ends, ([low]) => low), high: Float64Array.from(ends, ([, high]) => high) };
        const inside = values.map((own, f) => own.filter((value) => value >= (box.low[f] as number) && value <= (box.high[f] as number)));
        const rows = inside.reduce<number[][]>((all, own) => all.flatMap((start) => own.map((value) => [...start, value])), [[]]);
        const exact = Math.max(...rows.map((row) => weighted(sums(forest, Float32Array.from(row)))));
        const { upper, lower, point } = largestSum(forest, weights, box);
        expect(upper).toBeCloseTo(exact + slack, 9);
        expect(lower).toBeCloseTo(exact - slack, 9);
        expect(weighted(await scores(point as Float32Array))).toBeGreaterThanOrEqual(lower);
        for (const most of [0, 1, 2]) expect(largestSum(forest, weights, box, most).upper).toBeGreaterThanOrEqual(upper - 1e-12);
      }
    }
  });

  it('of an empty box is nothing', async () => {
    const { forest } = await load(ensemble('classes', 0));
    expect(largestSum(forest, [1, 0, 0], { low: Float64Array.of(1, 1, 1), high: Float64Array.of(0, 0, 0) }).upper).toBe(
      Number.NEGATIVE_INFINITY,
    );
  });
});

describe('the least change', () => {
  /** Asks the runtime in every cell, at the point nearest to the row. */
  async function bruteForce(
    { forest, decide }: Loaded,
    row: Float32Array,
    label: number,
    units: readonly number[],
    range: FeatureBox,
  ): Promise<number> {
    const choices = borders(forest).map((own, f) => {
      const inside = [row[f] as number, ...own].filter((value) => value >= (range.low[f] as number) && value <= (range.high[f] as number));
      return units[f] === 0 ? [row[f] as number] : inside;
    });
    const rows = choices.reduce<number[][]>((all, own) => all.flatMap((start) => own.map((value) => [...start, value])), [[]]);
    const away = (point: readonly number[]): number =>
      Math.max(...point.map((value, f) => (value === row[f] ? 0 : Math.abs(value - (row[f] as number)) / (units[f] as number))));
    const sorted = rows.map((point) => ({ point, distance: away(point) })).sort((a, b) => a.distance - b.distance);
    for (const { point, distance } of sorted) if ((await decide(Float32Array.from(point))) !== label) return distance;
    return Number.POSITIVE_INFINITY;
  }

  it.each(KINDS)('%s: is that of asking in every cell', async (kind) => {
    for (let seed = 10; seed < 13; seed++) {
      const model = await load(ensemble(kind, seed));
      const rng = keyedRng(3, 'start', kind, seed);
      const row = new Float32Array(3);
      rng.fillNormal(row);
      const label = await model.decide(row);
      const exact = await bruteForce(model, row, label, [1, 1, 1], everywhere(3));
      const { lower, upper, witness } = await minimalRadius(model.forest, row, label, { decide: model.decide });
      expect([lower, upper]).toEqual([exact, exact]);
      if (witness) expect(await model.decide(witness)).not.toBe(label);
    }
  });

  it('respects units, frozen features and the range', async () => {
    for (let seed = 20; seed < 26; seed++) {
      const model = await load(ensemble('classes', seed));
      const row = new Float32Array(3);
      keyedRng(3, 'start', seed).fillNormal(row, 0.5);
      const label = await model.decide(row);
      const units = seed % 2 === 0 ? [2, 0, 0.5] : [0.25, 1, 0];
      const range = { low: Float64Array.of(-1, -1, -1), high: Float64Array.of(1, 1, 1) };
      const exact = await bruteForce(
        model,
        row.map((x) => Math.fround(Math.max(-1, Math.min(1, x)))),
        label,
        units,
        range,
      );
      const start = row.map((x) => Math.max(-1, Math.min(1, x)));
      if ((await model.decide(start)) !== label) continue;
      const { lower, upper } = await minimalRadius(model.forest, start, label, { decide: model.decide, units, range });
      expect([lower, upper]).toEqual([exact, exact]);
    }
  });

  it('stops anywhere with bounds on both sides of it', async () => {
    for (let seed = 30; seed < 34; seed++) {
      const model = await load(ensemble('classes', seed));
      const row = new Float32Array(3);
      keyedRng(3, 'start', seed).fillNormal(row);
      const label = await model.decide(row);
      const exact = (await minimalRadius(model.forest, row, label, { decide: model.decide })).upper;
      for (const most of [0, 1, 3, 10]) {
        const { lower, upper } = await minimalRadius(model.forest, row, label, { decide: model.decide, most });
        expect(lower).toBeLessThanOrEqual(exact);
        expect(upper).toBeGreaterThanOrEqual(exact);
      }
    }
  });

  it('is looked for within a reach alone, where that is all that is asked', async () => {
    const model = await load(ensemble('classes', 40));
    const row = new Float32Array(3);
    keyedRng(3, 'start', 40).fillNormal(row);
    const label = await model.decide(row);
    const exact = (await minimalRadius(model.forest, row, label, { decide: model.decide })).upper;
    const near = await minimalRadius(model.forest, row, label, { decide: model.decide, reach: exact / 2 });
    expect(near).toMatchObject({ upper: Number.POSITIVE_INFINITY, witness: undefined, by: 'open' });
    expect(near.lower).toBeGreaterThan(exact / 2);
    expect(near.lower).toBeLessThanOrEqual(exact);
    expect((await minimalRadius(model.forest, row, label, { decide: model.decide, reach: exact })).upper).toBe(exact);
  });

  it('ends when there is no more time, with a bound that holds', async () => {
    const model = await load(ensemble('classes', 41));
    const row = new Float32Array(3);
    keyedRng(3, 'start', 41).fillNormal(row);
    const label = await model.decide(row);
    const exact = (await minimalRadius(model.forest, row, label, { decide: model.decide })).upper;
    for (const asked of [0, 1, 3, 8, 20]) {
      let left = asked;
      const { lower, upper } = await minimalRadius(model.forest, row, label, { decide: model.decide, until: () => left-- <= 0 });
      expect(lower).toBeLessThanOrEqual(exact);
      expect(upper).toBeGreaterThanOrEqual(exact);
    }
  });

  it('does not rely on the order of a sum: scores that are equal but for rounding bound it from below', async () => {
    // Two classes with one vote each above 0.3, and the first of equals wins.
    const forest: Forest = {
      features: 1,
      base: [0, 0],
      slack: [1e-6, 1e-6],
      trees: [
        [
          { features: [0], low: [Number.NEGATIVE_INFINITY], high: [0.25], values: [1, 0] },
          { features: [0], low: [0.5], high: [1], values: [1, 1] },
          { features: [0], low: [2], high: [Number.POSITIVE_INFINITY], values: [0, 1] },
        ],
      ],
    };
    const decide = async ([x]: Float32Array): Promise<number> => ((x as number) >= 2 ? 1 : 0);
    const found = await minimalRadius(forest, Float32Array.of(0), 0, { decide });
    expect(found).toMatchObject({ lower: 0.5, upper: 2, by: 'rounding', other: 1 });
  });

  it('an input of another kind is refused', async () => {
    const { forest, decide } = await load(ensemble('classes', 0));
    await expect(minimalRadius(forest, new Float32Array(2), 0, { decide })).rejects.toMatchObject({ code: 'E_DATA_SHAPE' });
    await expect(minimalRadius(forest, Float32Array.of(0, Number.NaN, 0), 0, { decide })).rejects.toMatchObject({ code: 'E_DATA_VALUES' });
  });
});

describe('models as libraries export them', () => {
  it.each([
    'sklearn-tree-wine',
    'sklearn-forest-cancer',
    'sklearn-forest-cancer-zipmap',
    'sklearn-boosting-cancer',
    'xgboost-cancer',
    'xgboost-wine',
    'lightgbm-digits',
  ])('%s: no smaller change is found beside the certified ones, and the witness is one', async (name) => {
    const { forest, decide } = await loaded(readFileSync(join(EXPORTS, `${name}.onnx`)));
    const rng = keyedRng(3, 'export', name);
    const rows = Object.values(expectedOf({ expected: `expected/${name}.json` }).inputs)[0] as HostTensor;
    const row = (rows.data as Float32Array).slice(0, forest.features);
    const label = await decide(row);
    const { lower, upper, witness } = await minimalRadius(forest, row, label, { decide, most: 300 });
    const away = (other: Float32Array): number => other.reduce((most, x, i) => Math.max(most, Math.abs(x - (row[i] as number))), 0);
    expect(lower).toBeGreaterThan(0);
    expect(lower).toBeLessThanOrEqual(upper);
    if (witness) {
      expect(await decide(witness)).not.toBe(label);
      expect(away(witness)).toBe(upper);
    }
    for (let i = 0; i < 60; i++) {
      const near = row.map((x) => x + (rng.uniform() < 0.5 ? -1 : 1) * lower * (1 - rng.uniform() ** 4));
      if (away(near) < lower) expect(await decide(near)).toBe(label);
    }
  });

  it.each(['sklearn-mlp-wine', 'plain-ts9'])('%s is refused, with the reason', (name) => {
    const graph = readModel(readFileSync(join(EXPORTS, `${name}.onnx`)));
    expect(() => readForest(graph)).toThrow(
      expect.objectContaining({ code: 'E_NOT_APPLICABLE', message: expect.stringContaining('no certificate of the trees') }),
    );
  });
});
