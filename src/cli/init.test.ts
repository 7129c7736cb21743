/** What the interview hears becomes a configuration that loads, says the same, and gives its reasons. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { configFor } from '../api/config-file.ts';
import { THREAT_PRESETS, type ThreatInput } from '../threat/threat-model.ts';
import { PRESET_TEXTS, threatOf } from '../threat/threat-presets.ts';
import { type Answers, configText } from './config-text.ts';
import { detectProject } from './detect-project.ts';
import { interview } from './interview.ts';

const made: string[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gibbon-init-'));
  made.push(folder);
});
afterAll(() => {
  for (const one of made) rmSync(one, { recursive: true, force: true });
});

async function loaded(answers: Partial<Answers>) {
  const all: Answers = {
    decides: '',
    gain: '',
    threat: threatOf(undefined),
    model: 'm.onnx',
    data: { path: 'd.csv' },
    others: [],
    ...answers,
  };
  const text = configText(all);
  writeFileSync(join(folder, 'gibbon.config.ts'), text);
  const found = await configFor({ cwd: folder, models: [], note: () => {}, warn: () => {} });
  return { text, config: found?.config };
}

describe('the written configuration', () => {
  it.each(THREAT_PRESETS)('of %s loads, says the whole threat model, and why', async (preset) => {
    const { text, config } = await loaded({ threat: threatOf(preset) });
    expect(threatOf(config?.threat)).toEqual(threatOf(preset));
    for (const reason of Object.values(PRESET_TEXTS[preset].reasons)) {
      if (reason === PRESET_TEXTS[preset].reasons.capability && !text.includes('capability:')) continue;
      expect(text.replaceAll(/\n\s*\/\/ /g, ' ')).toContain(reason);
    }
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(140);
  });

  it.each<[string, ThreatInput | undefined]>([
    ['nobody was named', undefined],
    ['the preset was changed', { preset: 'spam-filter', goal: { target: "ham's" }, knowledge: 'labels', access: 'api' }],
    ['there is no preset', { goal: 'availability', knowledge: 'nothing', access: ['scene'] }],
  ])('says the same where %s', async (_, input) => {
    const { config } = await loaded({ threat: threatOf(input) });
    expect(threatOf(config?.threat)).toEqual(threatOf(input));
  });

  it('keeps words of users and names of files in comments and strings', async () => {
    const bad = "x */ }); process.exit(9) // \n throw new Error('out')\u2028 globalThis.out = 1; \\";
    const name = "a'b\\c\u2028.onnx";
    const { config } = await loaded({
      decides: bad,
      gain: bad,
      others: [bad],
      threat: threatOf('upload-api'),
      model: name,
      data: { path: bad },
    });
    expect(config?.model).toBe(`./${name}`);
    expect(Reflect.get(globalThis, 'out')).toBeUndefined();
  });

  it('leaves model and data open where one of them is missing', async () => {
    const { text, config } = await loaded({ model: undefined });
    expect([config?.model, config?.data]).toEqual([undefined, undefined]);
    expect(text).toContain('No model was found');
  });
});

describe('the interview', () => {
  const project = { models: ['a.onnx', 'b.onnx'], data: [{ path: 'test' }, { path: 'train' }] };
  async function talk(answers: string[], given?: ThreatInput) {
    const said: string[] = [];
    const all = [...answers];
    const ask = async (question: string): Promise<string> => {
      said.push(question);
      const answer = all.shift();
      if (answer === undefined) throw new Error(`no answer left to ${question}`);
      return answer;
    };
    const result = await interview({ say: (line) => said.push(line), ask }, project, given);
    expect(all).toEqual([]);
    return { ...result, said };
  }

  it('takes a preset as it is by enter', async () => {
    const result = await talk(['who may enter', '2', 'free entry', '', '', '', '', '']);
    expect(result).toMatchObject({
      decides: 'who may enter',
      gain: 'free entry',
      threat: threatOf('upload-api'),
      model: 'a.onnx',
      data: { path: 'test' },
    });
  });

  it('takes what differs, and asks again until it understands', async () => {
    const result = await talk(['x', '9', '6', '', '1, 3', '0', '3', 'nine', '1 2', '2', '2']);
    expect(result.threat).toEqual(threatOf({ goal: ['integrity', 'availability'], knowledge: 'labels', access: ['scene', 'sensor'] }));
    expect([result.model, result.data?.path]).toEqual(['b.onnx', 'train']);
    expect(result.said.filter((line) => line.includes('please'))).toHaveLength(3);
  });

  it('does not ask what flags have said', async () => {
    const result = await talk(['x', '', '', ''], { preset: 'open-weights', goal: 'integrity', knowledge: 'labels', access: 'api' });
    expect(result.threat).toEqual(threatOf({ preset: 'open-weights', goal: 'integrity', knowledge: 'labels', access: 'api' }));
  });
});

describe('a folder', () => {
  const put = (...paths: string[]): void => {
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
  };
  it.each<[string, string[], Awaited<ReturnType<typeof detectProject>>]>([
    ['with nothing', ['README.md', 'package.json'], { models: [], data: [] }],
    [
      'with a model and pictures by class',
      ['net.onnx', 'pics/cat/1.png', 'pics/dog/2.jpg', 'pics/dog/3.csv'],
      { models: ['net.onnx'], data: [{ path: 'pics' }] },
    ],
    ['of Hugging Face', ['config.json', 'onnx/model.onnx', 'test.csv'], { models: ['.'], data: [{ path: 'test.csv' }] }],
    [
      'with a split',
      ['m/a.onnx', 'data/train.csv', 'data/test.csv', 'node_modules/x/y.csv', '.git/z.csv'],
      { models: ['m/a.onnx'], data: [{ path: 'data/test.csv' }, { path: 'data/train.csv' }] },
    ],
    [
      'of MNIST',
      ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
      { models: [], data: [{ path: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' }] },
    ],
  ])('%s', async (_, paths, expected) => {
    put(...paths);
    expect(await detectProject(folder)).toEqual(expected);
  });
});
