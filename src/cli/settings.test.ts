/** Flags go before variables, variables before the configuration, and what belongs together comes from one of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SettingFlags, settingsFor, withSettings } from './settings.ts';

const made: string[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gibbon-settings-'));
  made.push(folder);
  writeFileSync(join(folder, 'package.json'), '{}');
});
afterAll(() => {
  for (const one of made) rmSync(one, { recursive: true, force: true });
});

interface Said {
  readonly config?: object | undefined;
  readonly variables?: Record<string, string>;
  readonly args?: readonly string[];
}

function settings({ config, variables = {}, args = [] }: Said) {
  if (config) writeFileSync(join(folder, 'gibbon.config.json'), JSON.stringify(config));
  const command = withSettings(new Command('audit')).action(() => {});
  command.parse(['--quiet', ...args], { from: 'user' });
  return settingsFor({ models: command.args, flags: command.opts<SettingFlags>(), variables, cwd: folder });
}

describe('a setting', () => {
  const LAYERS: [string, object, Record<string, string>, string[], (s: Awaited<ReturnType<typeof settings>>) => unknown, unknown[]][] = [
    ['n', { n: 1 }, { GIBBON_N: '2' }, ['--n', '3'], (s) => s.request.n, [1, 2, 3]],
    ['seed', { seed: 1 }, { GIBBON_SEED: '2' }, ['--seed', '0'], (s) => s.request.seed, [1, 2, 0]],
    [
      'preset',
      { preset: 'quick' },
      { GIBBON_PRESET: 'standard' },
      ['--preset', 'thorough'],
      (s) => s.preset,
      ['quick', 'standard', 'thorough'],
    ],
    ['norm', { norm: 'l1' }, { GIBBON_NORM: 'l2' }, ['--norm', 'linf'], (s) => s.request.norm, ['l1', 'l2', 'linf']],
    [
      'epsilon',
      { epsilon: '1/255' },
      { GIBBON_EPSILON: '2/255' },
      ['--epsilon', '0.3'],
      (s) => s.request.epsilon,
      ['1/255', '2/255', '0.3'],
    ],
    ['workers', { workers: 1 }, { GIBBON_WORKERS: '2' }, ['--workers', '3'], (s) => s.workers, [1, 2, 3]],
    ['run', { run: 'a' }, { GIBBON_RUN: 'b' }, ['--run', 'c'], (s) => s.run, ['a', 'b', 'c']],
    ['model', { model: 'a.onnx' }, { GIBBON_MODEL: 'b.onnx' }, ['c.onnx'], (s) => s.models, [['a.onnx'], ['b.onnx'], ['c.onnx']]],
    [
      'output',
      { output: 'a.md' },
      { GIBBON_OUTPUT: 'b.md' },
      ['-o', 'c.md', '-o', 'd.md'],
      (s) => s.output,
      [['a.md'], ['b.md'], ['c.md', 'd.md']],
    ],
    [
      'budgets',
      { budgets: { queries: 1, seconds: 9 } },
      { GIBBON_MAX_QUERIES: '2' },
      ['--max-queries', '3'],
      (s) => s.request.budgets,
      [1, 2, 3].map((queries) => ({ queries, seconds: 9 })),
    ],
    [
      'threat',
      { threat: { preset: 'open-weights', goal: 'integrity' } },
      { GIBBON_THREAT: 'upload-api' },
      ['--threat', 'spam-filter'],
      (s) => s.request.threat,
      [{ preset: 'open-weights', goal: 'integrity' }, { preset: 'upload-api' }, { preset: 'spam-filter' }],
    ],
    [
      'knowledge',
      { threat: { preset: 'open-weights', knowledge: 'scores' } },
      { GIBBON_KNOWLEDGE: 'labels' },
      ['--knowledge', 'nothing'],
      (s) => s.request.threat,
      ['scores', 'labels', 'nothing'].map((knowledge) => ({ preset: 'open-weights', knowledge })),
    ],
    [
      'parameters of a check',
      { checks: { evasion: {} } },
      { GIBBON_SET: 'evasion.a=2' },
      ['--set', 'evasion.a=3', '--set', 'evasion.b=true'],
      (s) => s.request.checks?.params?.evasion,
      [{}, { a: 2 }, { a: 3, b: true }],
    ],
  ];
  it.each(LAYERS)('%s: configuration, then variable, then flag', async (_, config, variables, args, read, [lowest, middle, highest]) => {
    expect(read(await settings({ config }))).toEqual(lowest);
    expect(read(await settings({ config, variables }))).toEqual(middle);
    expect(read(await settings({ config, variables, args }))).toEqual(highest);
    expect(read(await settings({ config, args }))).toEqual(highest);
  });
});

describe('what belongs together', () => {
  const data = { path: 'a.csv', labels: 'l.csv', labelColumn: 'y' };
  it.each<[string, object, string[], object]>([
    ['other data drops the labels of the configured', { data }, ['--data', 'b.csv'], { data: 'b.csv' }],
    ['the same data keeps them', { data }, ['--data', 'a.csv'], { data: 'a.csv', labels: 'l.csv', labelColumn: 'y' }],
    ['a label column replaces the configured one', { data }, ['--label-column', 'z'], { data: 'a.csv', labels: 'l.csv', labelColumn: 'z' }],
    ['--first drops n', { n: 5 }, ['--first', '3'], { first: 3 }],
    ['another norm drops epsilon', { epsilon: 0.3 }, ['--norm', 'l2'], { norm: 'l2' }],
    ['the same norm keeps it', { epsilon: 0.3 }, ['--norm', 'linf'], { norm: 'linf', epsilon: 0.3 }],
    [
      'so says the threat model',
      { threat: { capability: { norm: 'l2', epsilon: 2 } } },
      ['--norm', 'linf'],
      { norm: 'linf', threat: { capability: {} } },
    ],
    [
      '--only goes before a check that is left out',
      { checks: { evasion: false, fairness: false } },
      ['--only', 'evasion'],
      { checks: { only: ['evasion'], skip: ['fairness'] } },
    ],
    ['--skip adds', { skip: ['evasion'] }, ['--skip', 'fairness'], { checks: { skip: ['evasion', 'fairness'] } }],
  ])('%s', async (_, config, args, expected) => {
    const { request } = await settings({ config, args });
    const said = Object.fromEntries(Object.entries(request).filter(([key, value]) => value !== undefined && key !== 'preprocessing'));
    expect(said).toEqual(expected);
  });
});

it('names the variable that is wrong', async () => {
  await expect(settings({ variables: { GIBBON_N: 'many' } })).rejects.toThrow(/^GIBBON_N: .*many.*whole number/);
  await expect(settings({ variables: { GIBBON_PRESET: 'fast' } })).rejects.toThrow(/^GIBBON_PRESET: /);
  expect((await settings({ variables: { GIBBON_N: '' } })).request.n).toBeUndefined();
});

it('tells paths from where the command runs', async () => {
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  writeFileSync(join(folder, 'gibbon.config.json'), JSON.stringify({ model: 'inner/m.onnx', data: '../d.csv', groups: { file: 'g.csv' } }));
  const found = await settingsFor({ models: [], flags: { quiet: true }, variables: {}, cwd: inner });
  expect(found.models).toEqual(['m.onnx']);
  expect(found.request.data).toBe(join(folder, '../d.csv'));
  expect(found.request.groups).toEqual({ file: join(folder, 'g.csv') });
});

it('paths among the parameters of checks are relative to the configuration', async () => {
  const checks = { transfer: { data: './other.csv', labels: './labels.csv', steps: 7 }, calibration: { bins: 5 } };
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'own.json'), JSON.stringify({ checks }));
  const { request } = await settings({ args: ['--config', 'deep/own.json'] });
  expect(request.checks?.params).toMatchObject({
    transfer: { data: join('deep', 'other.csv'), labels: join('deep', 'labels.csv'), steps: 7 },
    calibration: { bins: 5 },
  });
});

it('paths of --set are relative to where the command runs', async () => {
  writeFileSync(join(folder, 'own.json'), JSON.stringify({ checks: { transfer: { data: './other.csv' } } }));
  mkdirSync(join(folder, 'inner'));
  const { request } = await settingsFor({
    models: [],
    flags: { quiet: true, config: '../own.json', set: { transfer: { labels: 'labels.csv' } } },
    variables: {},
    cwd: join(folder, 'inner'),
  });
  expect(request.checks?.params?.transfer).toMatchObject({ data: join(folder, 'other.csv'), labels: 'labels.csv' });
});

describe('a configuration beside a model that is named', () => {
  const CONFIG = { data: './d.csv', gates: { 'evasion.robustAccuracy': ['error', { min: 0.4 }] } };

  it('is not read, and that its gates do not count is said, quiet or not', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const { request } = await settings({ config: CONFIG, args: ['net.onnx'] });
      expect(request.gates).toBeUndefined();
      expect(said.mock.calls.map(([line]) => line)).toEqual([
        "gibbon.config.json lies in the model's folder and was not read, nor are its gates; --config gibbon.config.json reads it\n",
      ]);
    } finally {
      said.mockRestore();
    }
  });

  it('is read where it is named, with the model of the command line', async () => {
    const { models, request } = await settings({
      config: { ...CONFIG, model: 'other.onnx' },
      args: ['net.onnx', '--config', 'gibbon.config.json'],
    });
    expect(models).toEqual(['net.onnx']);
    expect(request.gates).toEqual(CONFIG.gates);
  });
});
