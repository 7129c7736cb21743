/** Membership figures of the digits MLPs (fixtures/tabular/golden, made with scikit-learn): from their scores, and through the whole program with a model that gives these scores. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNpy } from '../../src/data/npy.ts';
import { readRow } from '../../src/data/numeric-array.ts';
import { memorySource } from '../../src/data/source.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { newGraph } from '../../src/ops/table.ts';
import { aucOf, bestCorner, cornerAt, rocOf } from '../../src/stats/roc.ts';
import { gibbon, put, resultIn, scratch } from '../support/cli.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const golden = (name: string): string => join(FIXTURES, 'tabular/golden', name);
const absent = !existsSync(golden('mia_digits_results.json'));

/** The last of the stored models is the target. */
const TARGET = 32;

async function row(name: string): Promise<number[]> {
  const array = await openNpy(memorySource(name, readFileSync(golden(name))));
  return Array.from(await readRow(array, TARGET));
}

const digits = (value: number | null | undefined): number => Math.round((value ?? Number.NaN) * 1e4) / 1e4;

describe.skipIf(absent)(`membership of the digits${absent ? ` (skipped: nothing at ${FIXTURES})` : ''}`, () => {
  it('has the reference figures for one global threshold', async () => {
    const [kept, scores] = [await row('mia_digits_keep_u8.npy'), await row('mia_digits_logit_scores_f32.npy')];
    const roc = rocOf(
      scores.filter((_, i) => kept[i] === 1),
      scores.filter((_, i) => kept[i] === 0),
    );
    const best = bestCorner(roc);
    const found = { auc: aucOf(roc), acc: (1 + best.tpr - best.fpr) / 2, tpr1: cornerAt(roc, 0.01).tpr, tpr01: cornerAt(roc, 0.001).tpr };
    const { global_loss: expected } = JSON.parse(readFileSync(golden('mia_digits_results.json'), 'utf8'));
    expect(Object.fromEntries(Object.entries(found).map(([name, value]) => [name, digits(value)]))).toEqual(expected);
  });

  it('has them as an audit, too', async () => {
    const [kept, scores] = [await row('mia_digits_keep_u8.npy'), await row('mia_digits_logit_scores_f32.npy')];
    const folder = scratch();
    const model = join(folder, 'scores.onnx');
    writeFileSync(model, writeModel(table(scores)).bytes);
    const csv = (name: string, keep: number): string =>
      put(
        folder,
        name,
        `row,label\n${[...scores.keys()]
          .filter((i) => kept[i] === keep)
          .map((i) => `${i},${i % 2}\n`)
          .join('')}`,
      );
    const [members, others] = [csv('members.csv', 1), csv('others.csv', 0)];
    const run = join(folder, 'run');
    const args = [
      model,
      '--data',
      others,
      '--members',
      members,
      '--label-column',
      'label',
      '--only',
      'membership',
      '--run',
      run,
      '--workers',
      '1',
    ];
    const { code, stderr } = await gibbon(['audit', ...args]);
    expect(code, stderr).toBe(0);
    const [check] = resultIn(run).checks;
    const { auc, largestAdvantage, blindAuc, ...metrics } = check?.metrics ?? {};
    expect(digits(auc?.value)).toBe(0.6465);
    expect(digits((1 + (largestAdvantage?.value ?? 0)) / 2)).toBe(0.6798);
    // The members were drawn by coin, and 883 non-members do not resolve 1 %.
    expect(blindAuc?.low).toBeLessThan(0.5);
    expect(metrics['tpr@fpr=0.01']).toMatchObject({
      value: null,
      method: expect.stringMatching(/^not resolvable: it takes 1000 non-members/),
    });
    expect(check?.status).toBe('fail');
    expect(check?.findings.map(({ id }) => id)).toContain('membership');
  });
});

/** Rows are positions; the answer is the stored score for class row mod 2, which is the label, and 0 for the other. */
function table(scores: readonly number[]) {
  const g = newGraph();
  const x = g.input('row', 'float32', [1, 1]);
  const logits = scores.flatMap((score, i) => (i % 2 === 0 ? [score, 0] : [0, score]));
  const found = g.node('Gather', [g.constant(floats(logits, [scores.length, 2])), g.reshape(g.cast(x, 'int64'), [1])]);
  return g.finish({ scores: g.reshape(found, [1, 2]) }, 'scores');
}
