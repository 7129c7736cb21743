/** Groups from end to end, on people of UCI Adult and models that take neither sex nor race: what the report says, what a changed file of groups changes, and what is refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditResult, CheckResult } from '../../src/audit/result.ts';
import { DEMO, gibbon, put, resultIn, scratch } from '../support/cli.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const ADULT = join(FIXTURES, 'tabular/adult.test');
const absent = !existsSync(ADULT);
const because = absent ? ` (skipped: nothing at ${ADULT})` : '';
const model = (name: string): string => resolve(import.meta.dirname, `../assets/tables/${name}.onnx`);

const HEADER =
  'age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,capital-loss,hours-per-week,native-country,income';
let people: string[][] = [];
let table = '';
beforeAll(() => {
  if (absent) return;
  people = readFileSync(ADULT, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/\.\s*$/, '').split(', '));
  table = put(scratch(), 'adult.csv', `${HEADER}\n${people.map((cells) => cells.join(',')).join('\n')}\n`);
});

const checkOf = ({ checks }: AuditResult, id: string): CheckResult => checks.find((one) => one.id === id) as CheckResult;

async function audited(folder: string, ...args: readonly string[]): Promise<{ result: AuditResult; stdout: string }> {
  const { code, stderr, stdout } = await gibbon(['audit', ...args, '--run', folder, '--workers', '1']);
  expect(code, stderr).toBe(0);
  return { result: resultIn(folder), stdout };
}

describe.skipIf(absent)(`groups of a table${because}`, () => {
  it('are compared on all of it, by columns that the model does not take', async () => {
    const folder = scratch();
    const args = ['--groups', 'sex,race', '--set', 'group-performance.favourable=>50K', '--only', 'group-performance'];
    const { result, stdout } = await audited(folder, model('adult-income'), '--data', table, ...args);
    const check = checkOf(result, 'group-performance');
    expect(check).toMatchObject({ status: 'warn', category: 'fairness', reason: null });
    expect(check.metrics['accuracyGap.sex']?.n).toBe(people.length);
    expect(result.models[0]?.data.notes).toContain('Groups by sex: Male 10860, Female 5421.');
    // scikit-learn's own pipeline, on the same rows: 0.3119 selected among women for each man (bench/export/adult_groups.py).
    expect(check.metrics['disparateImpact.sex']?.value).toBeCloseTo(0.311889782078813, 3);
    expect(check.metrics['disparateImpact.sex']?.baseline).toBeCloseTo(
      ['Female', 'Male']
        .map((sex) => people.filter((one) => one[9] === sex))
        .map((own) => own.filter((one) => one[14] === '>50K').length / own.length)
        .reduce((a, b) => a / b),
      12,
    );
    expect(stdout).toMatch(/Some groups fare clearly worse/);
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('Groups by sex × race');
  });

  it('are attacked no more for being compared, and a changed file of groups changes what is found', async () => {
    const folder = scratch();
    const file = join(scratch(), 'groups.csv');
    const args = [
      model('adult-numbers'),
      '--data',
      table,
      // It is right in 82 of 100 cases only: the labels are confirmed.
      '--label-column',
      'income',
      '--groups',
      file,
      '--epsilon',
      '0.5sd',
      '--n',
      '150',
      '--only',
      'fairness',
      '--preset',
      'quick',
    ];
    const write = (of: (person: readonly string[], i: number) => string): void =>
      writeFileSync(file, `id,kind\n${people.map((one, i) => `${i},${of(one, i)}`).join('\n')}\n`);
    write((person) => (Number(person[4]) >= 10 ? 'college' : 'school'));
    const before = (await audited(folder, ...args)).result;
    write((_, i) => (i % 2 === 0 ? 'even' : 'odd'));
    const after = (await audited(folder, ...args)).result;
    const [college, parity] = [before, after].map((result) => checkOf(result, 'group-robustness'));
    expect(college?.metrics.attackSuccessDifference?.value).toBeGreaterThan(0.2);
    expect(JSON.stringify(college?.details)).toContain('college');
    expect(JSON.stringify(parity?.details)).not.toContain('college');
    expect(parity?.status).not.toBe('fail');
    expect(parity?.status).not.toBe('warn');
    // The attacks themselves were not asked again for other groups: they come from the journal, the same to the last digit.
    expect(after.models[0]?.samples).toEqual(before.models[0]?.samples);
    const { samples = [] } = before.models[0] ?? {};
    const right = samples.filter(({ label, clean }) => clean.label === label);
    const success = (kind: boolean): number => {
      const own = right.filter(({ index }) => Number(people[index]?.[4]) >= 10 === kind);
      return own.filter(({ adversarial }) => adversarial !== null).length / own.length;
    };
    expect(college?.metrics.attackSuccessDifference?.value).toBeCloseTo(Math.abs(success(true) - success(false)), 12);
  });

  it('refuses an unknown column, and names those that there are', async () => {
    const args = ['--data', table, '--groups', 'gender', '--workers', '1', '--run', scratch()];
    const { code, stdout, stderr } = await gibbon(['audit', model('adult-income'), ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/no column gender; its columns are age, workclass, .*\[E_USAGE\]/);
  });
});

describe('groups of images', () => {
  it('come from a file with a line for each', async () => {
    const file = put(scratch(), 'groups.txt', Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? 'first' : 'second')).join('\n'));
    const folder = scratch();
    const { result } = await audited(
      folder,
      DEMO.natural,
      '--data',
      DEMO.images,
      '--labels',
      DEMO.labels,
      '--groups',
      file,
      '--only',
      'group-performance',
      '--preset',
      'quick',
    );
    const check = checkOf(result, 'group-performance');
    expect(check.metrics.accuracyGap?.n).toBe(1000);
    expect(check.status).toBe('pass');
  });

  it('of another number are refused', async () => {
    const file = put(scratch(), 'groups.txt', 'a\nb\n');
    const { code, stderr } = await gibbon([
      'audit',
      DEMO.natural,
      '--data',
      DEMO.images,
      '--labels',
      DEMO.labels,
      '--groups',
      file,
      '--workers',
      '1',
      '--run',
      scratch(),
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has 2 rows, the data 1000 examples \[E_GROUPS_MISMATCH\]/);
  });
});
