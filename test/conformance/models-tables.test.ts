/** Exports of scikit-learn, XGBoost and LightGBM on the tables beside them: what a row of the file becomes gives the scores that the library itself gave. */
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openTableFor } from '../../src/audit/open-table.ts';
import { resizeImage } from '../../src/data/resize.ts';
import { classLabels } from '../../src/model/class-labels.ts';
import { createJudge, type Judge } from '../../src/model/judge.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import { toRow } from '../../src/model/rows.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { EXPORTS, expectedOf, exported } from '../support/exports.ts';

const TABLES = /-(wine|cancer|credit|digits)(-zipmap|-columns)?$/;
const models = exported().filter(({ name }) => /^(sklearn|xgboost|lightgbm)-/.test(name) && TABLES.test(name));
const judges: Judge[] = [];
afterAll(() => Promise.all(judges.map((judge) => judge.release())));

describe.skipIf(models.length === 0)('rows of tables', () => {
  it.each(models.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const data = join(EXPORTS, 'data', `${TABLES.exec(name)?.[1]}.csv`);
    const model = await readModelFile(join(EXPORTS, one.file));
    const { dataset, preprocessing } = await openTableFor(model, {
      model: model.path,
      data: { path: data },
      flags: {},
      threads: 1,
      seed: 0,
    });
    const { framework } = expectedOf(one);
    const [scores] = Object.values(framework).filter(({ type }) => type === 'float32');
    const count = scores?.shape[0] as number;
    const samples = await dataset.read([...Array(count).keys()]);
    const judge = await createJudge(model, preprocessing, ortNode);
    judges.push(judge);
    const rows = await Promise.all(samples.map((sample) => toRow(sample, preprocessing, resizeImage)));
    const found = (await judge.scores(rows)).flatMap((row) => Array.from(row));
    const wanted = Array.from(scores?.data as Float32Array);
    expect(found).toHaveLength(wanted.length);
    for (const [i, value] of wanted.entries()) expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(one.tolerance);
    // The framework's own decisions, by name.
    const [labels] = Object.values(framework).filter(({ type }) => type !== 'float32');
    const names = classLabels(model.graph);
    const decided = (await judge.decide(rows)).map(({ label }) => names?.[label] ?? String(label));
    expect(decided).toEqual(Array.from(labels?.data as readonly string[], String));
  });
});
