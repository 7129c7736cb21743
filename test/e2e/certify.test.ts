/** `gibbon certify` on what ships: both sides for each example, a result as the schema has it, taken up again without proving anything twice. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuditResult, auditResult } from '../../src/audit/result.ts';
import { DEMO, type Ended, gibbon, resultIn } from '../support/cli.ts';

const ARGS = [
  'certify',
  DEMO.adversarial,
  '--data',
  DEMO.images,
  '--n',
  '4',
  '--epsilon',
  '0.1',
  '--method',
  'crown',
  '--radius',
  '--run',
  'run',
];

let ended: Ended;
let result: AuditResult;
beforeAll(async () => {
  ended = await gibbon(ARGS);
  expect(ended.code, ended.stderr).toBe(0);
  result = resultIn(join(ended.cwd, 'run'));
}, 60_000);

describe('the shipped model', () => {
  it('has a status and both sides for every example', () => {
    const [model] = result.models;
    const { certificates, summary } = model as AuditResult['models'][number];
    expect(certificates?.samples).toHaveLength(4);
    expect(summary.certifiedAccuracy).toEqual(certificates?.certified);
    expect(certificates?.deployment).toMatchObject({ runtime: 'onnxruntime-node', provider: 'cpu' });
    for (const { status, lower, upper, method, seconds } of certificates?.samples ?? []) {
      expect(upper).not.toBeNull();
      expect(lower).toBeGreaterThan(0);
      expect(lower).toBeLessThanOrEqual(upper as number);
      expect(status).toBe(lower >= 0.1 ? 'certified' : (upper as number) <= 0.1 ? 'attacked' : 'undecided');
      expect(method).toMatch(/crown/);
      expect(seconds).toBeGreaterThan(0);
    }
  });

  it('is written as the schema says, with the report', () => {
    expect(() => auditResult.parse(result)).not.toThrow();
    const page = readFileSync(join(ended.cwd, 'run/report.html'), 'utf8');
    expect(page).toContain('broken by an attack');
    expect(page).toContain('The attacks of an audit were no part of this run.');
    expect(result.models[0]?.attacksLeftOut).toBeUndefined();
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toMatch(/certified on \d of 4 examples .* within ε = 0\.1/);
  });

  it('is taken up again from the journal', async () => {
    const again = await gibbon(['resume', 'run'], { cwd: ended.cwd });
    expect(again.code, again.stderr).toBe(0);
    // Even the seconds are those of the first time.
    expect(resultIn(join(ended.cwd, 'run')).models[0]?.certificates).toEqual(result.models[0]?.certificates);
  });
});

it('what the certifier itself breaks stands in the report as broken: with its picture, its classes and its attack', async () => {
  const asked = ['--first', '3', '--epsilon', '0.2', '--method', 'ibp', '--run', 'run'];
  const { code, stderr, stdout, cwd } = await gibbon(['certify', DEMO.natural, '--data', DEMO.images, ...asked]);
  expect(code, stderr).toBe(0);
  const [model] = resultIn(join(cwd, 'run')).models as [AuditResult['models'][number]];
  expect(model.certificates?.samples.map(({ status }) => status)).toEqual(['attacked', 'attacked', 'attacked']);
  for (const { label, clean, adversarial } of model.samples) {
    expect(clean.label).toBe(label);
    expect(adversarial?.label).not.toBe(label);
    expect(adversarial?.attack).toMatch(/^apgd/);
    expect(adversarial?.distances.linf).toBeLessThanOrEqual(0.2 * (1 + 1e-4));
  }
  expect(model.examples).toHaveLength(3);
  for (const { original, adversarialImage } of model.examples)
    for (const picture of [original, adversarialImage]) expect(picture).toMatch(/^data:image\/png;base64,/);
  const page = readFileSync(join(cwd, 'run/report.html'), 'utf8').replace(/<script[\s\S]*?<\/script>/g, '');
  expect(page).toContain('The worst example');
  expect(page).not.toContain('No attack broke an example');
  expect(page).not.toContain('Survived');
  expect(stdout).toMatch(/unbroken\s+0 %/);
  expect(stdout).not.toContain('no data');
});

it('certificates are kept as files, hold when they are checked again, and not for another model', async () => {
  const sure = ['--epsilon', '0.01', '--method', 'crown', '--certificates', '--run', 'run'];
  const { code, stderr, cwd } = await gibbon(['certify', DEMO.natural, '--data', DEMO.images, '--n', '2', ...sure]);
  expect(code, stderr).toBe(0);
  const files = readdirSync(join(cwd, 'run/certificates')).map((name) => join(cwd, 'run/certificates', name));
  expect(files).toHaveLength(2);
  const again = await gibbon(['certify', DEMO.natural, '--recheck', ...files]);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stdout.match(/^holds: class \d wins within linf 0\.01 of example \d+/gm)).toHaveLength(2);
  const other = await gibbon(['certify', DEMO.adversarial, '--recheck', ...files]);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('is about another model');
  const [file] = files as [string];
  const wrong = readFileSync(file, 'utf8').replace(/"label":\d/, (text) => `"label":${(Number(text.at(-1)) + 1) % 10}`);
  writeFileSync(file, wrong);
  const forged = await gibbon(['certify', DEMO.natural, '--recheck', file]);
  expect(forged.code).toBe(1);
  expect(forged.stdout).toContain('does not hold');
  const [, second] = files as [string, string];
  writeFileSync(second, readFileSync(second, 'utf8').replace('"epsilon":0.01', '"epsilon":0.02'));
  const overstated = await gibbon(['certify', DEMO.natural, '--recheck', second]);
  expect(overstated.code).toBe(1);
  expect(overstated.stdout).toContain('smaller than what it claims');
});

it('properties are decided in the words of the competitions, and written as JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gibbon-property-'));
  // Ten scores of a blank picture: one of them is the largest, and none is beyond 1e6.
  const inputs = Array.from({ length: 784 }, (_, i) => `(declare-const X_${i} Real)(assert (<= X_${i} 0.01))(assert (>= X_${i} 0.0))`);
  const outputs = Array.from({ length: 10 }, (_, i) => `(declare-const Y_${i} Real)`);
  const property = (name: string, violation: string): string => {
    writeFileSync(join(folder, name), [...inputs, ...outputs, `(assert ${violation})`].join('\n'));
    return name;
  };
  property('kept.vnnlib', '(>= Y_0 1e6)');
  property('broken.vnnlib', '(or (and (>= Y_0 Y_1)) (and (<= Y_0 Y_1)))');
  writeFileSync(join(folder, 'list.csv'), [`${DEMO.natural},kept.vnnlib,20`, `${DEMO.natural},broken.vnnlib,20`].join('\n'));
  const { code, stderr, stdout } = await gibbon(['certify', '--instances', join(folder, 'list.csv'), '--json', join(folder, 'out.json')]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('1 sat, 1 unsat, 0 unknown, 0 timeout');
  const rows = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as { status: string; inputs?: number[]; outputs?: number[] }[];
  expect(rows.map(({ status }) => status)).toEqual(['unsat', 'sat']);
  expect(rows[1]?.inputs).toHaveLength(784);
  expect(rows[1]?.outputs).toHaveLength(10);
});

it('smoothing is about the smoothed classifier, and says so', async () => {
  const { code, stdout, stderr, cwd } = await gibbon([
    ...['certify', DEMO.natural, '--data', DEMO.images, '--n', '3', '--run', 'run'],
    ...['--method', 'smoothing', '--norm', 'l2', '--epsilon', '0.2', '--copies', '1000'],
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Nothing is proved of the model itself');
  const [model] = resultIn(join(cwd, 'run')).models;
  expect(model?.certificates).toMatchObject({ of: 'smoothed classifier', smoothing: { sigma: 0.25, n: 1000 } });
  expect(model?.summary.certifiedAccuracy).toBeUndefined();
});

describe('what cannot be', () => {
  it.each([
    [['--method', 'smoothing'], 'smoothing certifies in L2'],
    [['--method', 'sdp-crown'], 'sdp-crown is a method for L2'],
    [['--norm', 'l0'], 'no certificates in l0'],
    [['--sigma', '0.5'], 'belong to --method smoothing'],
    [['--budget', 'long'], 'A time such as 60s'],
    [['--method', 'magic'], 'Allowed choices'],
  ])('%j', async (flags, message) => {
    const { code, stderr } = await gibbon(['certify', ...flags]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
