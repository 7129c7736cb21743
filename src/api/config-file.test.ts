/** Configurations are found, loaded, and refused with the path of the key and what was probably meant. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import { configFor } from './config-file.ts';
import type { configSchema } from './config-schema.ts';
import type { GibbonConfig } from './define-config.ts';

const made: string[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gibbon-config-'));
  made.push(folder);
});
afterAll(() => {
  for (const one of made) rmSync(one, { recursive: true, force: true });
});

function put(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

async function look(cwd = folder, given: { named?: string | false; models?: string[] } = {}) {
  const notes: string[] = [];
  const found = await configFor({ cwd, models: [], ...given, note: (line) => notes.push(line), warn: (line) => notes.push(line) });
  return { config: found?.config, notes };
}

const BY_NAME: [string, string][] = [
  ['gibbon.config.ts', `import { defineConfig } from 'gibbon';\nconst n: number = 7;\nexport default defineConfig({ n });`],
  ['gibbon.config.mts', `import type { GibbonConfig } from 'gibbon';\nexport default { n: 7 } satisfies GibbonConfig;`],
  ['gibbon.config.js', `import { defineConfig } from 'gibbon';\nexport default defineConfig({ n: 7 });`],
  ['gibbon.config.mjs', `export default { n: await Promise.resolve(7) };`],
  ['gibbon.config.json', `{ "$schema": "./config.schema.json", "n": 7 }`],
];

describe('a configuration', () => {
  it.each(BY_NAME)('%s is loaded without a package of the name gibbon', async (name, text) => {
    put(name, text);
    const { config, notes } = await look();
    expect(config?.n).toBe(7);
    expect(notes).toEqual([`configuration: ${name}`]);
  });

  it('is found here and at the root of the package, not further up', async () => {
    put('gibbon.config.json', '{ "n": 1 }');
    put('pack/src/deep/file', '');
    expect((await look(join(folder, 'pack/src/deep'))).config).toBeUndefined();
    put('pack/package.json', '{}');
    expect((await look(join(folder, 'pack/src/deep'))).config).toBeUndefined();
    put('pack/gibbon.config.json', '{ "n": 2 }');
    expect((await look(join(folder, 'pack/src/deep'))).config?.n).toBe(2);
    put('pack/src/deep/gibbon.config.json', '{ "n": 3 }');
    expect((await look(join(folder, 'pack/src/deep'))).config?.n).toBe(3);
    expect((await look(join(folder, 'pack'), { named: '../gibbon.config.json' })).config?.n).toBe(1);
    expect((await look(join(folder, 'pack'), { named: false })).config).toBeUndefined();
  });

  it.each([
    ['the folder itself', ['.']],
    ['a file in it', ['model.onnx']],
    ['a file in its onnx folder', ['onnx/model.onnx']],
    ['its own path', [join('..', 'LINK')]],
  ])('in the folder of a model is not run: %s', async (_, models) => {
    put('gibbon.config.mjs', `globalThis.ranFromModelFolder = true; export default { n: 1 };`);
    put('onnx/model.onnx', '');
    symlinkSync(folder, `${folder}-link`);
    made.push(`${folder}-link`);
    const { config, notes } = await look(folder, { models: models.map((model) => model.replace(join('..', 'LINK'), `${folder}-link`)) });
    expect(config).toBeUndefined();
    expect(notes[0]).toContain("lies in the model's folder and was not read, nor are its gates");
    expect(Reflect.get(globalThis, 'ranFromModelFolder')).toBeUndefined();
    rmSync(`${folder}-link`);
  });

  it('above the folder of a model is the user’s own', async () => {
    put('gibbon.config.json', '{ "n": 1 }');
    put('models/resnet/model.onnx', '');
    expect((await look(folder, { models: ['models/resnet'] })).config?.n).toBe(1);
    expect((await look(folder, { models: ['models/resnet/model.onnx'] })).config?.n).toBe(1);
  });
});

describe('a configuration is refused', () => {
  it.each<[string, string, string, string]>([
    ['an unknown key', '{ "modle": "a" }', 'there is no modle', 'Did you mean model?'],
    ['an unknown key inside', '{ "threat": { "knowlege": "labels" } }', 'there is no threat.knowlege', 'Did you mean threat.knowledge?'],
    [
      'an unknown key deep inside',
      '{ "threat": { "capability": { "querys": 3 } } }',
      'there is no threat.capability.querys',
      'capability.queries?',
    ],
    ['an unknown check', '{ "checks": { "evason": false } }', 'there is no checks.evason', 'Did you mean checks.evasion?'],
    ['an unknown parameter', '{ "checks": { "evasion": { "steps": 3 } } }', 'there is no checks.evasion.steps', ''],
    ['a wrong word', '{ "threat": { "goal": "integrety" } }', 'threat.goal is "integrety", which is none of', 'Did you mean integrity?'],
    [
      'a wrong word in a list',
      '{ "threat": { "access": ["scene", "apy"] } }',
      'threat.access[1] is "apy", which is none of',
      'Did you mean api?',
    ],
    ['a wrong preset', '{ "threat": "upload-ap" }', 'threat is "upload-ap", which is none of', 'Did you mean upload-api?'],
    ['a wrong number', '{ "n": 0 }', 'n is 0: ', ''],
    ['a wrong kind', '{ "model": 3 }', 'model is 3: expected string or array', ''],
    [
      'a wrong gate',
      '{ "gates": { "evasion.robustAccuracy": ["eror", { "min": 0.4 }] } }',
      'gates["evasion.robustAccuracy"][0] is "eror"',
      'Did you mean error?',
    ],
    ['broken JSON', '{ "n": ', 'gibbon.config.json cannot be loaded', '--no-config'],
  ])('%s', async (_, text, message, hint) => {
    put('gibbon.config.json', text);
    await expect(look()).rejects.toMatchObject({
      code: 'E_CONFIG',
      exitCode: 2,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it.each([
    ['throws', 'throw new Error("no such luck")', 'gibbon.config.ts cannot be loaded: no such luck'],
    ['exports nothing', 'const a = 1;', 'gibbon.config.ts exports no configuration'],
    ['exports something else', 'export default 3;', 'gibbon.config.ts exports no configuration'],
    ['imports what is not there', 'import "nowhere"; export default {};', 'gibbon.config.ts cannot be loaded: '],
    ['is no TypeScript', 'export default {', 'gibbon.config.ts cannot be loaded: '],
  ])('code that %s', async (_, text, message) => {
    put('gibbon.config.ts', text);
    await expect(look()).rejects.toMatchObject({ code: 'E_CONFIG', message: expect.stringContaining(message), hint: expect.any(String) });
  });

  it('two in one folder, and one that is not there', async () => {
    put('gibbon.config.ts', 'export default {}');
    put('gibbon.config.json', '{}');
    await expect(look()).rejects.toThrow('several configurations: gibbon.config.ts, gibbon.config.json');
    await expect(look(folder, { named: 'other.json' })).rejects.toMatchObject({ code: 'E_FILE_NOT_FOUND' });
  });
});

it('the type for users and the schema have the same keys', () => {
  expectTypeOf<keyof GibbonConfig>().toEqualTypeOf<keyof z.input<typeof configSchema>>();
});
