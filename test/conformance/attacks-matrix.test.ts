/** Every attack on every kind of data, in every norm, aimed and not: it runs to its end and says what it did, or there is a reason why it does not. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aims, misfitOf } from '../../src/attacks/misfit.ts';
import { ATTACKS } from '../../src/attacks/registry.ts';
import type { Modality } from '../../src/data/dataset.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import type { Target } from '../../src/model/target.ts';
import { createTeacher, type Teacher } from '../../src/model/teacher.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { newGraph } from '../../src/ops/table.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { NUMERIC_METRICS } from '../../src/threat/metric.ts';
import { attacked, type Linear, linearTarget, preprocessing } from './attacks-fixtures.ts';

const MODALITIES = ['image', 'waveform', 'table', 'tensor'] as const satisfies readonly Modality[];
/** A picture of 4 × 4, or as many samples or columns. */
const SIZE = 16;
const CLASSES = 5;

function linear(): Linear {
  const rng = keyedRng(3, 'matrix');
  const weights = Array.from({ length: CLASSES }, () => {
    const row = new Float32Array(SIZE);
    rng.fillNormal(row);
    return row;
  });
  return { weights, bias: new Float32Array(CLASSES) };
}

/** Few steps and questions: that it runs is what is asked here. */
const SMALL: Readonly<Record<string, number>> = {
  steps: 3,
  maxQueries: 40,
  repeats: 2,
  restarts: 2,
  goals: 2,
  generations: 3,
  offspring: 8,
};
const paramsOf = (shape: Readonly<Record<string, unknown>>, target: number | undefined): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(SMALL).filter(([name]) => name in shape)),
  ...(target !== undefined && { target }),
});

const targets = new Map<Modality, Promise<Target>>();
const targetFor = (modality: Modality): Promise<Target> => {
  const made = targets.get(modality) ?? linearTarget(linear(), false, modality);
  targets.set(modality, made);
  return made;
};
afterAll(async () => {
  for (const made of targets.values()) await (await made).release();
});

/** Two layers: a second network has something inside to mimic. */
async function teacherFor(modality: Modality): Promise<Teacher> {
  const g = newGraph();
  const x = g.input('x', 'float32', [1, SIZE]);
  const w = g.constant(
    floats(
      linear().weights.flatMap((row) => [...row]),
      [CLASSES, SIZE],
    ),
    'w',
  );
  const inner = g.node('Relu', [g.node('MatMul', [x, g.transposed(w)])]);
  const graph = g.finish(
    { logits: g.node('MatMul', [inner, g.constant(floats(new Float32Array(CLASSES * 3), [CLASSES, 3]), 'v')]) },
    'teacher',
  );
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-teacher-')), 'teacher.onnx');
  writeFileSync(path, writeModel(graph).bytes);
  return createTeacher(await readModelFile(path), ortNode, { rows: preprocessing([SIZE], modality), threads: 1 });
}

/** An example of each class to resemble. */
const OTHERS = Array.from({ length: CLASSES }, (_, label) => ({ index: 10 + label, x: new Float32Array(SIZE).fill(0.1 * label), label }));

const NUMERIC = ATTACKS.filter(({ norms }) => norms.some((norm) => norm !== 'edits'));
const CELLS = NUMERIC.flatMap((unit) => NUMERIC_METRICS.flatMap((norm) => MODALITIES.map((modality) => ({ unit, norm, modality }))));
const [RUN, REFUSED] = [CELLS.filter((cell) => misfitOf(cell.unit, cell) === undefined), CELLS.filter((cell) => misfitOf(cell.unit, cell))];

describe.each(MODALITIES)('on %s', (kind) => {
  it.each(RUN.filter(({ modality }) => modality === kind).map(({ unit, norm }) => [unit.id, norm, unit] as const))(
    '%s in %s',
    async (id, norm, unit) => {
      const target = await targetFor(kind);
      const rows = [0.2, 0.6].map((v) => new Float32Array(SIZE).map((_, i) => v + 0.01 * i));
      const labels = (await target.judge.decide(rows)).map(({ label }) => label);
      const samples = rows.map((x, index) => ({ index, x, label: labels[index] as number }));
      for (const goal of aims(unit) ? [undefined, ((labels[0] as number) + 1) % CLASSES] : [undefined]) {
        const proposals = await attacked(id, target, samples, {
          norm,
          epsilon: norm === 'l0' ? 3 : 0.2,
          params: paramsOf(unit.params.shape, goal),
          batch: 2,
          more: unit.takesTeacher ? { teacher: await teacherFor(kind), starts: OTHERS } : {},
        });
        expect(proposals.map(({ index }) => index)).toEqual([0, 1]);
        for (const { candidate, queries, training = 0 } of proposals) {
          expect(candidate === undefined || (candidate.length === SIZE && candidate.every(Number.isFinite))).toBe(true);
          if (unit.knowledge !== 'nothing') expect(queries + training).toBeGreaterThan(0);
        }
        if (goal !== undefined) expect(proposals.map((proposal) => proposal.goal)).toEqual([goal, goal]);
      }
    },
  );
});

it('has a reason for every other cell, and refuses a norm that an attack does not know', async () => {
  for (const { unit, norm, modality } of REFUSED)
    expect(misfitOf(unit, { norm, modality })).toMatch(/^(has no \w+ form|suits .+, and this data is \w+)$/);
  for (const unit of ATTACKS) expect(misfitOf(unit, { norm: 'edits', modality: 'text' }) === undefined).toBe(unit.norms.includes('edits'));
});
