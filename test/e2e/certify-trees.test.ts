/** `gibbon certify` on exported trees: both sides of every example meet, what breaks one breaks the untouched file, and certificates are searched for again. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuditResult, auditResult } from '../../src/audit/result.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';
import { type Ended, gibbon, put, resultIn, scratch } from '../support/cli.ts';
import { EXPORTS } from '../support/exports.ts';

const MODEL = join(EXPORTS, 'xgboost-wine.onnx');
const DATA = join(EXPORTS, 'data/wine.csv');

let ended: Ended;
let model: AuditResult['models'][number];
beforeAll(async () => {
  const asked = ['--n', '8', '--epsilon', '0.3sd', '--radius', '--certificates', '--run', 'run', '--workers', '1'];
  ended = await gibbon(['certify', MODEL, '--data', DATA, ...asked]);
  expect(ended.code, ended.stderr).toBe(0);
  const result = resultIn(join(ended.cwd, 'run'));
  expect(() => auditResult.parse(result)).not.toThrow();
  [model] = result.models as [AuditResult['models'][number]];
}, 60_000);

describe('boosted trees on a table', () => {
  it('have an exact radius for every example that is classified correctly', () => {
    const right = model.certificates?.samples.filter(({ status }) => status !== 'misclassified') ?? [];
    expect(right.length).toBeGreaterThan(4);
    for (const { status, lower, upper, method } of right) {
      expect(method).toBe('trees');
      expect(lower).toBeGreaterThan(0);
      expect(lower).toBeLessThan(upper as number);
      expect((upper as number) / lower - 1).toBeLessThan(1e-15);
      expect(status).toBe(lower >= 0.3 ? 'certified' : 'attacked');
    }
    expect(new Set(right.map(({ status }) => status))).toEqual(new Set(['certified', 'attacked']));
  });

  it('break in the untouched file where the report says so', async () => {
    const [header, ...lines] = readFileSync(DATA, 'utf8').trim().split('\n');
    const names = header?.split(',') ?? [];
    const session = await ortNode.loadModel(MODEL);
    const decide = async (row: readonly number[]): Promise<number> => {
      const made = await session.run({ input: { type: 'float32', shape: [1, row.length], data: Float32Array.from(row) } });
      return Number(((made.label as HostTensor).data as BigInt64Array)[0]);
    };
    const broken = model.samples.filter(({ adversarial }) => adversarial !== null);
    expect(broken.map(({ index }) => index).sort()).toEqual(model.examples.map(({ index }) => index).sort());
    expect(broken).toHaveLength(model.certificates?.attacked.count as number);
    for (const { index, changes = [], attack } of model.examples) {
      expect(attack).toBe('trees');
      const row = (lines[index] as string).split(',').slice(0, -1).map(Number);
      const before = await decide(row);
      for (const { column, before: was, after } of changes) {
        expect(row[names.indexOf(column)]).toBe(was);
        row[names.indexOf(column)] = after as number;
      }
      expect(await decide(row)).not.toBe(before);
    }
    await session.release();
  });

  it('are told of without neurons', () => {
    const page = readFileSync(join(ended.cwd, 'run/report.html'), 'utf8').replace(/<script[\s\S]*?<\/script>/g, '');
    const said = ['exact search over the leaves', 'Neurons of open sign', 'models of small slopes', 'has its true gradient'];
    expect(said.filter((words) => page.includes(words))).toEqual(['exact search over the leaves']);
  });

  it('have certificates that hold when they are searched for again, and no larger ones', async () => {
    const folder = join(ended.cwd, 'run/certificates');
    const files = readdirSync(folder).map((name) => join(folder, name));
    const again = await gibbon(['certify', MODEL, '--recheck', ...files]);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout.match(/^holds: class \d wins within linf/gm)).toHaveLength(files.length);
    const [file] = files as [string];
    const { about, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as { about: { epsilon: number } };
    writeFileSync(file, JSON.stringify({ ...rest, about: { ...about, epsilon: about.epsilon * 1.001 } }));
    const overstated = await gibbon(['certify', MODEL, '--recheck', file]);
    expect(overstated.code).toBe(1);
    expect(overstated.stdout).toContain('a nearer row is given another class');
  });
});

it('bounds by intervals alone leave examples to attacks, and undecided with what ended the search', async () => {
  const asked = ['--n', '8', '--epsilon', '0.5sd', '--method', 'ibp', '--run', 'run', '--workers', '1'];
  const { code, stderr, cwd } = await gibbon(['certify', MODEL, '--data', DATA, ...asked]);
  expect(code, stderr).toBe(0);
  const [{ certificates, samples }] = resultIn(join(cwd, 'run')).models as [AuditResult['models'][number]];
  const exact = new Map(model.certificates?.samples.map(({ index, upper }) => [index, upper]));
  for (const { index, status, search, lower, upper } of certificates?.samples ?? []) {
    const adversarial = samples.find((one) => one.index === index)?.adversarial;
    if (status === 'undecided') expect(search).toMatchObject({ by: 'method', explored: 0 });
    if (status === 'attacked') expect(adversarial?.attack).toBe('cube');
    // The same examples as above, whose radii are exact.
    if (status !== 'misclassified') expect(lower).toBeLessThanOrEqual(exact.get(index) as number);
    if (upper !== null) expect(upper).toBeGreaterThanOrEqual((exact.get(index) as number) * (1 - 1e-6));
  }
  const statuses = new Set(certificates?.samples.map(({ status }) => status));
  for (const one of ['certified', 'attacked', 'undecided'] as const) expect(statuses.has(one)).toBe(true);
});

it('in an audit, what the search breaks beside weak attacks counts as broken, in the summary, the check and the curve', async () => {
  const cwd = scratch();
  put(cwd, 'gibbon.config.json', JSON.stringify({ threat: { capability: { queries: 2 } } }));
  const asked = ['--n', '30', '--epsilon', '0.3sd', '--set', 'certified-robustness.examples=30', '--run', 'run', '--workers', '1'];
  const only = ['--preset', 'quick', '--only', 'evasion,certified-robustness'];
  const { code, stderr } = await gibbon(['audit', MODEL, '--data', DATA, ...only, ...asked], { cwd });
  expect(code, stderr).toBe(0);
  const { models, checks } = resultIn(join(cwd, 'run'));
  const [{ summary, attacks, samples, certificates, curve }] = models as [AuditResult['models'][number]];
  const broken = samples.filter(({ adversarial }) => adversarial !== null);
  const bySearch = broken.filter(({ adversarial }) => adversarial?.attack === 'trees');
  expect(bySearch.length).toBeGreaterThan(2);
  // The search is exact: every example is certified or broken, and robust accuracy is what is certified.
  expect(certificates?.undecided.count).toBe(0);
  expect(summary.robustAccuracy.count).toBe(certificates?.certified.count);
  expect(summary.robustAccuracy.count).toBe(summary.cleanAccuracy.count - broken.length);
  for (const { robustAccuracy } of attacks) expect(robustAccuracy.count).toBeGreaterThan(summary.robustAccuracy.count);
  expect(checks.find(({ id }) => id === 'evasion')?.metrics.robustAccuracy?.value).toBe(summary.robustAccuracy.value);
  const [at] = curve.filter(({ epsilon }) => Math.abs(epsilon - 0.3) < 1e-9);
  expect(at?.robustAccuracy.count).toBe(summary.robustAccuracy.count);
});

it('a model that nothing can be proved of is refused with the reason and what would help', async () => {
  const { code, stderr } = await gibbon([
    'certify',
    join(EXPORTS, 'sklearn-neighbours-wine.onnx'),
    '--data',
    DATA,
    '--n',
    '2',
    '--run',
    'run',
  ]);
  expect(code).toBe(3);
  expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
    /Nothing can be proved of it: no bounds are known of .*\. Nothing can be certified about such a model/,
  );
});
