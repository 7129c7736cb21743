/** `gibbon init` in a folder of a model and its data writes one file, and that is enough for an audit. */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEMO, gibbon, resultIn, runFolder, scratch } from '../support/cli.ts';

it('finds model and data, and what it writes is audited', async () => {
  const cwd = scratch();
  copyFileSync(DEMO.natural, join(cwd, 'model.onnx'));
  copyFileSync(DEMO.images, join(cwd, 't10k-images-idx3-ubyte'));
  copyFileSync(DEMO.labels, join(cwd, 't10k-labels-idx1-ubyte'));
  const before = readdirSync(cwd);
  const written = await gibbon(['init', '--yes', '--threat', 'open-weights', '--goal', 'integrity'], { cwd });
  expect(written.code, written.stderr).toBe(0);
  expect(readdirSync(cwd).sort()).toEqual([...before, 'gibbon.config.ts'].sort());
  const ended = await gibbon(['audit', '--n', '10', '--preset', 'quick', '--only', 'evasion'], { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  const model = resultIn(runFolder(cwd)).models[0];
  expect(model?.path).toBe('model.onnx');
  expect(model?.threat.model).toMatchObject({ preset: 'open-weights', goal: { aims: ['integrity'] } });
  expect(model?.findings.find(({ id }) => id === 'evasion')?.meaning).toContain('work on every copy in use');
});

it('asks nobody where there is no terminal, and writes over nothing', async () => {
  const cwd = scratch();
  const mute = await gibbon(['init'], { cwd });
  expect(mute.code).toBe(2);
  expect(mute.stderr).toContain('gibbon init --yes --threat upload-api');
  await gibbon(['init', '--yes'], { cwd });
  const text = readFileSync(join(cwd, 'gibbon.config.ts'), 'utf8');
  const again = await gibbon(['init', '--yes', '--threat', 'upload-api'], { cwd });
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('--force writes over it');
  expect(readFileSync(join(cwd, 'gibbon.config.ts'), 'utf8')).toBe(text);
  expect((await gibbon(['init', '--yes', '--threat', 'upload-api', '--force'], { cwd })).code).toBe(0);
  expect(readFileSync(join(cwd, 'gibbon.config.ts'), 'utf8')).toContain("preset: 'upload-api'");
});
