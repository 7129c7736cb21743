/** Text models from folder to report, with no flags but the data. */
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ATTACKS_ONLY, gibbon, resultIn, runFolder } from '../support/cli.ts';

const EXPORTS = resolve(import.meta.dirname, '../assets/exports');
const FOLDER = join(EXPORTS, 'hf-text');
const DATA = join(FOLDER, 'messages.csv');
const IMAGES = join(EXPORTS, 'hf-image');

const audit = (...args: string[]) => gibbon(['audit', FOLDER, '--data', DATA, '--preset', 'quick', '--n', '16', ...ATTACKS_ONLY, ...args]);

it('a folder with a tokenizer is audited, and the report shows what changed', async () => {
  const ended = await audit();
  expect(ended.code, ended.stderr).toBe(0);
  const [model] = resultIn(runFolder(ended.cwd)).models;
  expect(model?.threat).toMatchObject({ norm: 'edits', epsilon: 5, epsilonText: '5 edits', knowledge: 'scores' });
  expect(model?.preprocessing.source).toBe('model');
  expect(model?.summary.cleanAccuracy.value).toBeGreaterThan(0.9);
  expect(model?.attacks.map(({ id }) => id)).toEqual(['random-edits', 'charmer']);
  expect(model?.curve.map(({ epsilon }) => epsilon)).toEqual([0, 1, 2, 3, 4, 5]);
  const robust = model?.curve.map(({ robustAccuracy }) => robustAccuracy.value) ?? [];
  expect(robust).toEqual([...robust].sort((a, b) => b - a));
  expect(robust.at(-1)).toBe(model?.summary.robustAccuracy.value);
  const [example] = model?.examples ?? [];
  expect(example?.text?.original).not.toBe(example?.text?.adversarial);
  expect(example?.distances.edits).toBeLessThanOrEqual(5);
  expect(ended.stdout).toMatch(/\[-.+-\]|\{\+.+\+\}/);
});

it('the same figures for any number of workers', async () => {
  const results = await Promise.all(['1', '3'].map((workers) => audit('--workers', workers, '--epsilon', '2edits')));
  const [one, three] = results.map(({ cwd, code, stderr }) => {
    expect(code, stderr).toBe(0);
    return resultIn(runFolder(cwd)).models[0];
  });
  expect(three).toEqual(one);
});

describe('budgets and attacks that do not fit', () => {
  it.each([
    ['half an edit', ['audit', FOLDER, '--data', DATA, '--epsilon', '0.5'], 2, 'E_USAGE'],
    ['edits of images', ['audit', IMAGES, '--data', join(IMAGES, 'images'), '--epsilon', '5edits'], 2, 'E_USAGE'],
    ['gradients on text', ['attack', 'pgd', FOLDER, '--data', DATA], 3, 'E_NOT_APPLICABLE'],
    ['edits on images', ['attack', 'charmer', IMAGES, '--data', join(IMAGES, 'images')], 3, 'E_NOT_APPLICABLE'],
    ['a column that is not there', ['audit', FOLDER, '--data', DATA, '--text-column', 'body'], 2, 'E_USAGE'],
  ])('%s', async (_, args, code, error) => {
    const ended = await gibbon(args);
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stderr).toContain(error);
  });
});

it('one attack with its own parameters', async () => {
  const args = ['--n', '8', '--epsilon', '3', '--positions', '2', '--word-rules', '--json', 'out.json'];
  const ended = await gibbon(['attack', 'charmer', FOLDER, '--data', DATA, ...args]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain('charmer');
});

it('a folder for images brings its preprocessing', async () => {
  const ended = await gibbon(['audit', IMAGES, '--data', join(IMAGES, 'images'), '--preset', 'quick', '--n', '20', ...ATTACKS_ONLY]);
  expect(ended.code, ended.stderr).toBe(0);
  const [model] = resultIn(runFolder(ended.cwd)).models;
  expect(model?.preprocessing).toMatchObject({ source: 'model', mean: [0.5, 0.45, 0.4], std: [0.25, 0.3, 0.35] });
  expect(model?.data.classNames?.[3]).toBe('three');
});
