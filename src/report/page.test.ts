/** The page in a browser: nothing is loaded, nothing overflows, axe finds nothing, and filters, links, drawer and downloads work. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtml } from './html.tsx';
import { sampleModel, sampleResult } from './testing/sample-result.ts';

const CHROMIUM = process.env.GIBBON_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const one = sampleResult([sampleModel({ n: 250 })]);
const two = sampleResult([
  sampleModel({ n: 60 }),
  sampleModel({ name: 'robust', n: 60, broken: 0.1, verdict: 'robust', modality: 'waveform' }),
]);

interface Violation {
  id: string;
  nodes: { target: string[] }[];
}

describe.skipIf(!existsSync(CHROMIUM))(
  `the page in a browser${existsSync(CHROMIUM) ? '' : ` (skipped: no Chromium at ${CHROMIUM})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gibbon-page-'));
    let browser: Browser;

    beforeAll(async () => {
      writeFileSync(join(folder, 'one.html'), renderHtml(one));
      writeFileSync(join(folder, 'two.html'), renderHtml(two));
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(name: 'one' | 'two', options: BrowserContextOptions & { hash?: string } = {}): Promise<Page> {
      const { hash = '', ...context } = options;
      const page = await (
        await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...context })
      ).newPage();
      await page.goto(pathToFileURL(join(folder, `${name}.html`)).href + hash);
      return page;
    }

    /** A busy machine may take its time. */
    const soon = <T>(ask: () => Promise<T>) => expect.poll(ask, { timeout: 20_000 });

    const shown = (page: Page): Promise<number> => page.locator('.checks [data-status]:visible').count();

    test('loads nothing and says nothing, with its policy in force', async () => {
      const page = await (await browser.newContext({ offline: true })).newPage();
      const [said, asked]: [string[], string[]] = [[], []];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(join(folder, 'two.html')).href);
      await page.waitForLoadState('networkidle');
      expect(said).toEqual([]);
      expect(asked.filter((url) => !/^(?:file|data):/.test(url))).toEqual([]);
    });

    test.each([
      ['one', 'light', 1440],
      ['one', 'dark', 375],
      ['two', 'dark', 1440],
      ['two', 'light', 375],
    ] as const)('axe finds nothing on a page of %s, %s, %i px wide, with everything unfolded', async (name, colorScheme, width) => {
      const page = await open(name, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.evaluate(AXE);
      const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
        violations: Violation[];
        passes: unknown[];
      };
      expect(found.passes.length).toBeGreaterThan(10);
      expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)).toEqual([]);
    });

    test('checks are filtered by status, category and text, and "/" leads to the search', async () => {
      const page = await open('one');
      expect(await shown(page)).toBe(one.checks.length);
      await page.getByRole('radio', { name: /^Passed/ }).check({ force: true });
      expect(await shown(page)).toBe(2);
      await page.getByRole('radio', { name: 'Evidence' }).check({ force: true });
      expect(await shown(page)).toBe(1);
      await page.getByRole('radio', { name: /^All 7/ }).check({ force: true });
      await page.getByRole('radio', { name: 'Every category' }).check({ force: true });
      await page.locator('h1').click();
      await page.keyboard.press('/');
      await page.keyboard.type('MEMBERSHIP');
      expect(await shown(page)).toBe(1);
      expect(await page.locator('.checks .shown').textContent()).toBe('1 of 7 checks shown');
    });

    test('a link opens the check that it names, even one that a filter hides', async () => {
      const page = await open('one', { hash: '#check-0-membership' });
      await soon(() => page.locator('#check-0-membership').getAttribute('open')).not.toBeNull();
      await page.getByRole('radio', { name: /^Passed/ }).check({ force: true });
      expect(await page.locator('#check-0-evasion').isVisible()).toBe(false);
      await page.locator('.priorities a').first().click();
      await soon(() => page.locator('#check-0-evasion').isVisible()).toBe(true);
      // Again, though the address stays the same.
      await page.getByRole('radio', { name: /^Passed/ }).check({ force: true });
      await page.locator('.priorities a').first().click();
      await soon(() => page.locator('#check-0-evasion').isVisible()).toBe(true);
    });

    test('the drawer shows an example, walks through the others, and gives the focus back', async () => {
      const page = await open('one', { hash: '#example-0-3' });
      const drawer = page.locator('dialog.drawer');
      await soon(() => drawer.isVisible()).toBe(true);
      expect(await drawer.locator('img').count()).toBe(3);
      const place = await drawer.locator('.place').textContent();
      await page.keyboard.press('ArrowRight');
      await soon(() => drawer.locator('.place').textContent()).not.toBe(place);
      await page.keyboard.press('Escape');
      await soon(() => drawer.isVisible()).toBe(false);
      await soon(() => page.evaluate(() => location.hash)).toBe('');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('See it large');
    });

    test('every table can be saved, the one of the examples with all its rows', async () => {
      const page = await open('one');
      const save = async (label: string): Promise<string[]> => {
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: `Save as CSV: ${label}` }).click(),
        ]);
        return readFileSync(await file.path(), 'utf8')
          .trimEnd()
          .split('\r\n');
      };
      expect(await save('Audited examples')).toHaveLength(1 + 250);
      const attacks = await save('Attacks');
      expect(attacks).toHaveLength(1 + 3);
      for (const line of attacks) expect(line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)).toHaveLength(attacks[0]?.split(',').length as number);
    });

    test('the saved JSON is the result, pictures included', async () => {
      const page = await open('one');
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download JSON' }).click()]);
      expect(JSON.parse(readFileSync(await file.path(), 'utf8'))).toEqual(JSON.parse(JSON.stringify(one)));
    });

    test('without JavaScript everything is there, and no control that would do nothing', async () => {
      const page = await open('one', { javaScriptEnabled: false });
      for (const { id } of one.checks) expect(await page.locator(`#check-0-${id}`).isVisible()).toBe(true);
      expect(await page.locator('.needs-script:visible').count()).toBe(0);
    });

    test('on paper checks are unfolded and controls are gone', async () => {
      const page = await open('one');
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('.controls:visible, .toolbar:visible, .table-tools:visible').count()).toBe(0);
      const [folded, unfolded] = await page.evaluate(() =>
        ['#check-0-noise-baseline', '#check-0-evasion'].map(
          (id) => document.querySelector(`${id} .why`)?.getBoundingClientRect().height ?? 0,
        ),
      );
      expect(folded).toBeGreaterThan(0);
      expect(unfolded).toBeGreaterThan(0);
    });
  },
);

test('the page stays small: pictures apart, less than 3 MB for two models of a thousand examples each', () => {
  const large = renderHtml(sampleResult([sampleModel({ n: 1000, pictures: 0 }), sampleModel({ name: 'other', n: 1000, pictures: 0 })]));
  expect(Buffer.byteLength(large)).toBeLessThan(3_000_000);
});
