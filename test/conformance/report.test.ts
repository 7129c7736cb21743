/** The result of a whole audit fits its schema and itself, the pictures are where it says, and the page opens without network and without errors. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuditResult, auditResult, type ModelResult, type Proportion } from '../../src/audit/result.ts';
import { proportion } from '../../src/stats/proportion.ts';
import { type Ended, gibbon, runFolder } from '../support/cli.ts';
import { consistent } from '../support/consistent.ts';

const CHROMIUM = process.env.GIBBON_CHROMIUM ?? '/usr/bin/chromium';
const N = 60;

let ended: Ended;
let folder: string;
let result: AuditResult;

beforeAll(async () => {
  ended = await gibbon(['audit', '--n', String(N), '--preset', 'standard']);
  folder = runFolder(ended.cwd);
  result = auditResult.parse(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')));
});

it('ends well, with the verdict and the path of the report as its last lines', () => {
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout.trimEnd().split('\n').at(-1)).toBe(`report  file://${join(folder, 'report.html')}`);
  expect(ended.stdout).not.toMatch(/NaN|undefined|\[object/);
});

it('has no field beyond its schema', () => {
  const strict = (value: unknown, parsed: unknown, path: string): void => {
    if (value === null || typeof value !== 'object') return;
    for (const key of Object.keys(value)) {
      expect(parsed, path).toHaveProperty([key]);
      strict((value as Record<string, unknown>)[key], (parsed as Record<string, unknown>)[key], `${path}.${key}`);
    }
  };
  const raw = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Record<string, unknown>;
  strict(
    { ...raw, models: (raw.models as ModelResult[]).map((model) => ({ ...model, samples: model.samples.slice(0, 2) })) },
    result,
    'result',
  );
});

it('fits itself', () => {
  expect(result.models).toHaveLength(2);
  expect(result.summary).toEqual(result.models[0]?.summary);
  for (const model of result.models) consistent(model);
});

it('counts intervals as Clopper and Pearson do', () => {
  for (const { summary } of result.models) {
    for (const figure of [summary.cleanAccuracy, summary.robustAccuracy, summary.robustAccuracy8bit, summary.noiseAccuracy]) {
      const { count, n } = figure as Proportion;
      expect(figure).toEqual(proportion(count, n));
      expect(n).toBe(N);
    }
  }
});

it('has written each picture that it shows', async () => {
  for (const { name, examples } of result.models) {
    expect(examples.length).toBeGreaterThan(0);
    for (const { index, adversarialImage } of examples) {
      const file = readFileSync(join(folder, 'adversarial', name, 'png', `${index}.png`));
      expect(adversarialImage).toBe(`data:image/png;base64,${file.toString('base64')}`);
      expect(await sharp(file).metadata()).toMatchObject({ width: 28, height: 28, format: 'png' });
    }
  }
});

describe.skipIf(!existsSync(CHROMIUM))(
  `the page in a browser${existsSync(CHROMIUM) ? '' : ` (skipped: no Chromium at ${CHROMIUM})`}`,
  () => {
    it('opens from disk with the network off, without a word on the console', async () => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
      try {
        const page = await (await browser.newContext({ offline: true })).newPage();
        const [said, asked]: [string[], string[]] = [[], []];
        page.on('console', (message) => said.push(message.text()));
        page.on('pageerror', (error) => said.push(String(error)));
        page.on('request', (request) => asked.push(request.url()));
        await page.goto(pathToFileURL(join(folder, 'report.html')).href);
        await page.waitForLoadState('networkidle');
        expect(said).toEqual([]);
        expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
        // biome-ignore lint/performance/useDomNodeTextContent: what a reader sees, not what stands in scripts and styles
        const text = await page.innerText('body');
        for (const { name } of result.models) expect(text).toContain(name);
        expect(text).not.toMatch(/NaN|undefined|\[object|Infinity/);
        const broken = await page.$$eval('img', (images) => images.filter((image) => !image.complete || image.naturalWidth === 0).length);
        expect(broken).toBe(0);
      } finally {
        await browser.close();
      }
    });
  },
);
