/** A configuration in an empty folder, where no package of the name gibbon is installed, is enough for an audit. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DEMO, gibbon, put, resultIn, runFolder, scratch } from '../support/cli.ts';

it('is loaded, obeyed, and overruled by flags', async () => {
  const cwd = scratch();
  const config = {
    model: DEMO.natural,
    data: { path: DEMO.images, labels: DEMO.labels },
    threat: { preset: 'open-weights', capability: { norm: 'l2', epsilon: 1.5 } },
    only: ['evasion'],
    preset: 'quick',
    n: 10,
    seed: 3,
  };
  put(cwd, 'gibbon.config.ts', `import { defineConfig } from 'gibbon';\n\nexport default defineConfig(${JSON.stringify(config)});\n`);
  const ended = await gibbon(['audit', '--n', '20'], { cwd, env: { GIBBON_SEED: '4' } });
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toMatch(/^configuration: gibbon\.config\.ts$/m);
  expect(ended.stderr).toContain('threat model: open weights');
  const { run, models, checks } = resultIn(runFolder(cwd));
  expect(run).toMatchObject({ seed: 4, preset: 'quick' });
  expect(models[0]).toMatchObject({ data: { n: 20 }, threat: { norm: 'l2', epsilon: 1.5, model: { preset: 'open-weights' } } });
  expect(checks.map(({ id }) => id)).toEqual(['evasion']);
  expect(readdirSync(cwd).sort()).toEqual(['.gibbon', 'gibbon.config.ts']);
});

it('with a mistake ends with exit code 2 before any work', async () => {
  const cwd = scratch();
  put(cwd, 'gibbon.config.json', '{ "threat": { "knowlege": "labels" } }');
  const ended = await gibbon(['audit'], { cwd });
  expect(ended.code).toBe(2);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toBe('error gibbon.config.json: there is no threat.knowlege [E_CONFIG]\nDid you mean threat.knowledge?\n');
});
