/** Tables from end to end, with no flags but --data: pipelines with string columns, networks, several inputs; and what does not fit is refused. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelResult } from '../../src/audit/result.ts';
import { writeNpz } from '../../src/data/npy-write.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { ATTACKS_ONLY, type Ended, gibbon, put, resultIn, scratch } from '../support/cli.ts';
import { EXPORTS } from '../support/exports.ts';

const model = (name: string): string => join(EXPORTS, `${name}.onnx`);
const table = (name: string): string => join(EXPORTS, 'data', `${name}.csv`);

async function audited(...args: readonly string[]): Promise<{ ended: Ended; result: ModelResult }> {
  const folder = scratch();
  const ended = await gibbon(['audit', ...args, '--preset', 'quick', '--run', folder, '--workers', '1', ...ATTACKS_ONLY]);
  expect(ended.code, ended.stderr).toBe(0);
  return { ended, result: resultIn(folder).models[0] as ModelResult };
}

const refused = async (...args: readonly string[]): Promise<string> => {
  const { code, stderr, stdout } = await gibbon(['audit', ...args, '--preset', 'quick', '--workers', '1', ...ATTACKS_ONLY]);
  expect(code, stderr).toBe(2);
  expect(stdout).toBe('');
  return stderr;
};

describe('a table', () => {
  it('with columns of texts is audited by attacks on scores and labels, within its rules', async () => {
    const { ended, result } = await audited(model('sklearn-columns-credit'), '--data', table('credit'), '--epsilon', '0.3sd');
    expect(result.data).toMatchObject({ modality: 'table', n: 60, of: 60, classNames: ['default', 'repaid'] });
    expect(result.threat).toMatchObject({ knowledge: 'scores', norm: 'linf', epsilon: 0.3 });
    expect(result.threat.epsilonText).toMatch(/^0.3 sd \(\S+ in age\)$/);
    expect(result.attacks.map(({ id }) => id)).toEqual(['uniform-noise', 'cube', 'hop-skip-jump']);
    expect(result.curve.map(({ epsilon }) => epsilon)).toEqual([0, 0.25, 0.5, 1, 1.5].map((factor) => expect.closeTo(0.3 * factor, 9)));
    const rules = new Map(result.threat.columns?.map((rule) => [rule.column, rule]));
    expect(rules.get('housing')).toMatchObject({ kind: 'category', movable: false });
    expect(rules.get('age')).toMatchObject({ kind: 'whole number', movable: true });
    expect(result.examples.length).toBeGreaterThan(0);
    for (const { changes = [] } of result.examples) {
      expect(changes.length).toBeGreaterThan(0);
      for (const { column, before, after, deviations } of changes) {
        const rule = rules.get(column);
        expect(rule?.movable).toBe(true);
        expect(Math.abs(deviations as number)).toBeLessThanOrEqual(0.3 * (1 + 1e-4));
        expect(Math.abs((after as number) - (before as number))).toBeLessThanOrEqual((rule?.epsilon as number) * (1 + 1e-4));
        expect(after).toBeGreaterThanOrEqual(rule?.range?.[0] as number);
        expect(after).toBeLessThanOrEqual(rule?.range?.[1] as number);
        if (rule?.kind === 'whole number') expect(Number.isInteger(after)).toBe(true);
      }
    }
    expect(ended.stdout).toMatch(/credit\.csv\[\d+\]: .* → /);
  });

  it('leaves columns alone that may not change', async () => {
    const { result } = await audited(
      model('sklearn-columns-credit'),
      '--data',
      table('credit'),
      '--epsilon',
      '0.3sd',
      '--immutable',
      'Amount,age',
    );
    const changed = new Set(result.examples.flatMap(({ changes = [] }) => changes.map(({ column }) => column)));
    expect([...changed]).toEqual(['months']);
  });

  it('gives the same scores with a map of scores as with a tensor of them', async () => {
    const [plain, zipped] = await Promise.all(
      ['sklearn-columns-credit', 'sklearn-columns-credit-zipmap'].map((name) =>
        audited(model(name), '--data', table('credit'), '--n', '30'),
      ),
    );
    expect(zipped?.result.samples.map(({ clean }) => clean.label)).toEqual(plain?.result.samples.map(({ clean }) => clean.label));
    expect(zipped?.result.summary.robustAccuracy).toEqual(plain?.result.summary.robustAccuracy);
  });

  it('is attacked by gradients, too, where a network takes numbers', async () => {
    const { result } = await audited(model('sklearn-mlp-wine'), '--data', table('wine'), '--n', '30');
    expect(result.threat.knowledge).toBe('gradients');
    expect(result.attacks.map(({ id }) => id)).toEqual(['uniform-noise', 'fgsm', 'pgd', 'pgd', 'cube']);
  });

  it('gives no verdict where epsilon leaves nothing to change', async () => {
    const { result } = await audited(model('lightgbm-digits'), '--data', table('digits'), '--epsilon', '0.05sd', '--n', '20');
    expect(result.summary.verdict).toBe('undecided');
    expect(result.summary.headline).toMatch(/leaves nothing of a row to change/);
  });
});

describe('several inputs', () => {
  it('take the arrays of their names', async () => {
    const session = await ortNode.loadModel(model('image-and-table-ts17'));
    const n = 40;
    // Golden-ratio steps cover [0, 1] evenly.
    const spread = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 0.6180339887) % 1);
    const image = { type: 'float32' as const, shape: [n, 3, 16, 16], data: Float32Array.from(spread(n * 768)) };
    const numbers = { type: 'float32' as const, shape: [n, 5], data: Float32Array.from(spread(n * 5), (v) => 6 * v - 3) };
    const kind = { type: 'int64' as const, shape: [n], data: BigInt64Array.from(spread(n), (v) => BigInt(Math.floor(3 * v))) };
    const made = await session.run({ image, table: numbers, kind });
    await session.release();
    const logits = Object.values(made)[0]?.data as Float32Array;
    const y = Array.from({ length: n }, (_, i) => {
      const row = logits.subarray(i * 10, (i + 1) * 10);
      return row.indexOf(Math.max(...row));
    });
    const file = put(
      scratch(),
      'two.npz',
      writeNpz({
        image: { data: image.data, shape: image.shape, dtype: 'float32' },
        table: { data: numbers.data, shape: numbers.shape, dtype: 'float32' },
        kind: { data: Array.from(kind.data, Number), shape: [n], dtype: 'int32' },
        y: { data: y, shape: [n], dtype: 'int32' },
      }),
    );
    const { result } = await audited(model('image-and-table-ts17'), '--data', file, '--epsilon', '0.02');
    // The labels are the model's own answers, by ONNX Runtime.
    expect(result.summary.cleanAccuracy).toMatchObject({ count: n, n });
    expect(result.threat.knowledge).toBe('gradients');
    for (const { adversarial } of result.samples) expect(adversarial?.distances.linf ?? 0).toBeLessThanOrEqual(0.02 * (1 + 1e-4) + 1e-6);
  });

  it('need an array for each', async () => {
    const file = put(scratch(), 'one.npz', writeNpz({ x: { data: [1, 2], shape: [2, 1], dtype: 'float32' } }));
    expect(await refused(model('image-and-table-ts17'), '--data', file)).toMatch(
      /no array for the model's inputs image, table, kind; it holds x \[E_DATA_SHAPE\]/,
    );
  });
});

describe('a table that does not fit', () => {
  it('has other columns than the model', async () => {
    expect(await refused(model('sklearn-logistic-wine'), '--data', table('cancer'))).toMatch(
      /there are 30 .* the model takes X \(13 float32\) \[E_DATA_SHAPE\]/,
    );
  });

  it('has no such label column', async () => {
    expect(await refused(model('sklearn-logistic-wine'), '--data', table('wine'), '--label-column', 'colour')).toContain('[E_USAGE]');
  });

  it('has labels in another order than the model: never a verdict', async () => {
    const names = put(scratch(), 'names.txt', 'malignant\nbenign\n');
    expect(await refused(model('xgboost-cancer'), '--data', table('cancer'), '--classes', names)).toContain('[E_PREPROCESSING_UNCLEAR]');
  });

  it('has no column that is named as immutable', async () => {
    expect(await refused(model('sklearn-logistic-wine'), '--data', table('wine'), '--immutable', 'colour')).toContain('[E_USAGE]');
  });
});
