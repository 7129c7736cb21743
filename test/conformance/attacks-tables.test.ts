/** Attacks on rows of a table, where the answer is known: linear models in standard deviations, and a tree of one split. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttackSample } from '../../src/attacks/attack.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import { type EncodedColumn, elementOf, numberOf, type PortsEncoding } from '../../src/model/ports-encoding.ts';
import type { Preprocessing } from '../../src/model/preprocessing.ts';
import { createTarget, type Target } from '../../src/model/target.ts';
import { type Attribute, type Graph, ints, str } from '../../src/onnx/graph.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { NORMS, type Norm } from '../../src/threat/ball.ts';
import { attacked, closedForm, type Linear, standing } from './attacks-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-tables-'));
let made = 0;

const column = (scale: number, more: Partial<EncodedColumn> = {}): EncodedColumn => ({
  name: 'c',
  scale,
  offset: 0,
  low: -1e3,
  high: 1e3,
  whole: false,
  movable: true,
  ...more,
});

async function targetOf(graph: Graph, columns: readonly EncodedColumn[]): Promise<Target> {
  const path = join(folder, `${made++}.onnx`);
  writeFileSync(path, writeModel(graph).bytes);
  const ports = [{ name: 'x', type: 'float32' as const, shape: [columns.length], from: 0, count: columns.length }];
  const encoding: PortsEncoding = { kind: 'ports', columns, ports, groups: [], certain: true };
  const p: Preprocessing = {
    modality: 'table',
    layout: 'none',
    channels: 'none',
    shape: [columns.length],
    mean: [0],
    std: [1],
    resize: 'crop',
    encoding,
  };
  return createTarget(await readModelFile(path), p, ortNode);
}

const io = (d: number, classes: number): Pick<Graph, 'inputs' | 'outputs'> => ({
  inputs: [{ name: 'x', type: 'float32', shape: ['N', d] }],
  outputs: [{ name: 'scores', type: 'float32', shape: ['N', classes] }],
});

/** scores = W·value + b. */
function linear({ weights, bias }: Linear): Graph {
  const d = weights[0]?.length as number;
  const flat = weights.flatMap((row) => [...row]);
  return {
    name: 'linear',
    opsets: new Map([['', 18]]),
    ...io(d, weights.length),
    nodes: [
      {
        op: 'Gemm',
        domain: '',
        name: 'g',
        inputs: ['x', 'w', 'b'],
        outputs: ['scores'],
        attributes: { transB: { kind: 'int', value: 1 } },
      },
    ],
    constants: new Map([
      ['w', floats(flat, [weights.length, d])],
      ['b', floats(bias, [weights.length])],
    ]),
  };
}

/** Class 1 where column `feature` is above `threshold`. */
function stump(d: number, feature: number, threshold: number): Graph {
  const list = (kind: 'floats' | 'strings', value: readonly (number | string)[]): Attribute =>
    kind === 'floats' ? { kind, value: value as readonly number[] } : { kind, value: value as readonly string[] };
  return {
    name: 'stump',
    opsets: new Map([
      ['', 17],
      ['ai.onnx.ml', 3],
    ]),
    ...io(d, 2),
    nodes: [
      {
        op: 'TreeEnsembleClassifier',
        domain: 'ai.onnx.ml',
        name: 'tree',
        inputs: ['x'],
        outputs: ['label', 'scores'],
        attributes: {
          nodes_treeids: ints([0, 0, 0]),
          nodes_nodeids: ints([0, 1, 2]),
          nodes_featureids: ints([feature, 0, 0]),
          nodes_values: list('floats', [threshold, 0, 0]),
          nodes_modes: list('strings', ['BRANCH_LEQ', 'LEAF', 'LEAF']),
          nodes_truenodeids: ints([1, 0, 0]),
          nodes_falsenodeids: ints([2, 0, 0]),
          nodes_missing_value_tracks_true: ints([0, 0, 0]),
          class_treeids: ints([0, 0, 0, 0]),
          class_nodeids: ints([1, 1, 2, 2]),
          class_ids: ints([0, 1, 0, 1]),
          class_weights: list('floats', [0.9, 0.1, 0.2, 0.8]),
          classlabels_int64s: ints([0, 1]),
          post_transform: str('NONE'),
        },
      },
    ],
    constants: new Map(),
  };
}

describe('a linear model on columns of different scales', () => {
  it.each(NORMS)('falls to the Cube attack just above its least distance in standard deviations, never below: %s', async (norm: Norm) => {
    for (let i = 0; i < 12; i++) {
      const rng = keyedRng(11, 'linear table', i);
      const d = 2 + rng.int(12);
      const normals = (n: number): Float32Array => {
        const out = new Float32Array(n);
        rng.fillNormal(out);
        return out;
      };
      const columns = Array.from({ length: d }, () => column(10 ** (rng.int(5) - 2)));
      const inDeviations: Linear = { weights: [normals(d), normals(d)], bias: normals(2) };
      // The file's weights are in the columns' own units.
      const weights = inDeviations.weights.map((row) => row.map((w, j) => w / (columns[j] as EncodedColumn).scale));
      const target = await targetOf(linear({ weights, bias: inDeviations.bias }), columns);
      const x = normals(d);
      const label = (await target.judge.decide([x]))[0]?.label as number;
      const sample: AttackSample = { index: i, x, label };
      const { distance } = closedForm(inDeviations, x, label, norm);
      const left = async (factor: number): Promise<number> =>
        standing(
          target,
          [sample],
          await attacked('cube', target, [sample], { norm, epsilon: factor * distance, params: { maxQueries: 3000 } }),
        );
      // Values are rounded to float32, and to the fewest digits that tell them apart: a few parts in 10⁷ of a value of some standard deviations.
      expect(await left(0.99)).toBe(1);
      // In Linf and L1 the sweep finds the very corner; in L2 its differences give the gradient, here up to float32.
      expect(await left(1.01)).toBe(0);
      await target.release();
    }
  });
});

describe('a linear model, some of whose columns may not change', () => {
  // Overshoot and rounding; the nearest border is that of the other columns alone.
  const toNearest = (target: number) => ({ target, steps: 500 });
  it.each([
    ['carlini-wagner', 'l2', 1.02, (target: number) => ({ ...toNearest(target), initialConst: 0.1 })],
    ['deepfool', 'l2', 1.03, () => ({})],
    ['deepfool', 'linf', 1.03, () => ({})],
    ['fmn', 'l2', 1.02, toNearest],
    ['fmn', 'linf', 1.02, toNearest],
    ['fmn', 'l1', 1.02, toNearest],
  ] as const)('falls to %s at the closed form of the others: %s', async (id, norm, most, params) => {
    for (let i = 0; i < 6; i++) {
      const rng = keyedRng(12, 'fixed columns', i);
      const [d, classes] = [4 + rng.int(12), 2 + rng.int(5)];
      const normals = (n: number): Float32Array => {
        const out = new Float32Array(n);
        rng.fillNormal(out);
        return out;
      };
      const columns = Array.from({ length: d }, (_, k) => column(1, { movable: k % 3 !== 0 }));
      const model: Linear = { weights: Array.from({ length: classes }, () => normals(d)), bias: normals(classes) };
      const target = await targetOf(linear(model), columns);
      const x = normals(d);
      const label = (await target.judge.decide([x]))[0]?.label as number;
      // What the fixed columns add is part of the bias.
      const moving = model.weights.map((row) => row.map((w, k) => (k % 3 === 0 ? 0 : w)));
      const bias = model.bias.map(
        (v, c) => v + x.reduce((sum, at, k) => sum + (k % 3 === 0 ? at * (model.weights[c]?.[k] as number) : 0), 0),
      );
      const { distance, other } = closedForm({ weights: moving, bias }, x, label, norm);
      const sample: AttackSample = { index: i, x, label };
      const proposals = await attacked(id, target, [sample], { norm, epsilon: 0, params: params(other) });
      expect(await standing(target, [sample], proposals)).toBe(0);
      const moves = x.map((v, k) => (proposals[0]?.candidate?.[k] as number) - v);
      for (const [k, move] of moves.entries()) if (k % 3 === 0) expect(move).toBe(0);
      const total = moves.reduce((sum, v) => sum + Math.abs(v), 0);
      const found = { l1: total, l2: Math.hypot(...moves), linf: Math.max(...moves.map(Math.abs)) }[norm];
      expect(found / distance).toBeGreaterThan(0.999);
      expect(found / distance).toBeLessThanOrEqual(most);
      await target.release();
    }
  });
});

describe('a tree of one split', () => {
  const cases = fc.record({
    d: fc.integer({ min: 1, max: 6 }),
    feature: fc.integer({ min: 0, max: 5 }),
    gap: fc.double({ min: 0.01, max: 2, noNaN: true }),
    scale: fc.double({ min: 0.01, max: 1000, noNaN: true }),
    factor: fc.constantFrom(0.9, 1.1),
  });

  it('falls exactly where the threshold lies inside the ball, whatever the scale', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ d, feature, gap, scale, factor }) => {
        const at = feature % d;
        const columns = Array.from({ length: d }, (_, i) => column(i === at ? scale : 1));
        const target = await targetOf(stump(d, at, gap * scale), columns);
        const sample: AttackSample = { index: 0, x: new Float32Array(d), label: 0 };
        const proposals = await attacked('cube', target, [sample], { norm: 'linf', epsilon: factor * gap, params: { maxQueries: 200 } });
        expect(await standing(target, [sample], proposals)).toBe(factor < 1 ? 1 : 0);
        const candidate = proposals[0]?.candidate as Float32Array;
        // What the success does not need is undone, and the rest is brought back to the threshold: ten halvings of epsilon.
        if (factor > 1) {
          expect(candidate.filter((v) => v !== 0)).toHaveLength(1);
          expect(candidate[at]).toBeGreaterThanOrEqual(gap * (1 - 1e-6));
          expect(candidate[at]).toBeLessThanOrEqual(gap + factor * gap * 2 ** -10 + 1e-6 * gap);
        }
        await target.release();
      }),
      { numRuns: 40 },
    );
  });

  it('on a column of whole numbers falls only where a whole number lies beyond the threshold and inside the ball', async () => {
    const scale = 13.7;
    const years = column(scale, { whole: true, low: elementOf(17, { scale, offset: 0 }), high: elementOf(90, { scale, offset: 0 }) });
    const target = await targetOf(stump(1, 0, 40.5), [years]);
    const from = async (age: number, epsilon: number): Promise<number | undefined> => {
      const sample: AttackSample = { index: 0, x: Float32Array.of(elementOf(age, years)), label: 0 };
      const [proposal] = await attacked('cube', target, [sample], { norm: 'linf', epsilon, params: { maxQueries: 100 } });
      return (await standing(target, [sample], proposal ? [proposal] : [])) === 0
        ? numberOf(proposal?.candidate?.[0] as number, years)
        : undefined;
    };
    // 0.1 standard deviations are 1.37 years: 40 may become 41, 39 only 40; 0.07 are less than one year.
    expect(await from(40, 0.1)).toBe(41);
    expect(await from(39, 0.1)).toBeUndefined();
    expect(await from(39, 0.15)).toBe(41);
    expect(await from(40, 0.07)).toBeUndefined();
    await target.release();
  });

  it('stands where its column may not change', async () => {
    const target = await targetOf(stump(2, 1, 0.5), [column(1), column(1, { movable: false })]);
    const sample: AttackSample = { index: 0, x: new Float32Array(2), label: 0 };
    for (const id of ['cube', 'uniform-noise', 'gaussian-noise', 'hop-skip-jump']) {
      const proposals = await attacked(id, target, [sample], { norm: 'linf', epsilon: 2 });
      for (const { candidate } of proposals) expect(candidate?.[1] ?? 0).toBe(0);
      expect(await standing(target, [sample], proposals)).toBe(1);
    }
    await target.release();
  });
});

describe('attacks in turn', () => {
  it('go on where a success is no row that the data could hold', async () => {
    // Class 1 from 2.5 on, of a column of whole numbers: within 0.8 of 2 the model turns, but there is no other whole number.
    const model: Linear = { weights: [Float32Array.of(0), Float32Array.of(1)], bias: Float32Array.of(2.5, 0) };
    const samples = [{ index: 0, x: Float32Array.of(2), label: 0 }];
    const stages = async (whole: boolean): Promise<string[] | undefined> => {
      const target = await targetOf(linear(model), [column(1, { whole })]);
      const params = { steps: 10, maxQueries: 50 };
      const [proposal] = await attacked('auto', target, samples, { norm: 'linf', epsilon: 0.8, params });
      await target.release();
      return proposal?.stages?.map(({ attack }) => attack);
    };
    expect(await stages(false)).toEqual(['apgd']);
    expect(await stages(true)).toEqual(['apgd', 'fab-targeted', 'cube']);
  });
});
