import { describe, expect, it } from 'vitest';
import { sampleModel, sampleResult } from '../testing/sample-result.ts';
import { FORMATS, formatOf } from './formats.ts';

const HOSTILE = 'a|b`<img src=x onerror=alert(1)>"&\u0000\u001b[31m=cmd()\r\n# **c**';

async function rendered(path: string, name = 'mnist-natural'): Promise<string> {
  const render = await formatOf(path).load();
  return render(sampleResult([sampleModel({ name }), sampleModel({ name: 'robust', broken: 0.1, verdict: 'robust' })]));
}

/** Every opening tag is closed by its own, and nothing else is between angle brackets. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  for (const [, end, name, attributes = '', empty] of xml
    .replace(/^<\?xml[^>]*\?>/, '')
    .matchAll(/<(\/?)([a-z-]+)((?: [a-zA-Z]+="[^"<]*")*)(\/?)>/g)) {
    if (/&(?!amp;|lt;|gt;|quot;)/.test(attributes)) return false;
    if (end) {
      if (open.pop() !== name) return false;
    } else if (!empty) open.push(name as string);
  }
  const text = xml.replace(/^<\?xml[^>]*\?>/, '').replace(/<\/?[a-z-]+(?: [a-zA-Z]+="[^"<]*")*\/?>/g, '');
  return open.length === 0 && !/[<>]|&(?!amp;|lt;|gt;|quot;)/.test(text);
}

/** Rows of cells of RFC 4180. */
function cellsOf(csv: string): string[][] {
  return csv
    .trimEnd()
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
}

describe('the form of a file', () => {
  it.each([
    ['r.html', '.html'],
    ['R.HTML', '.html'],
    ['a.b.junit.xml', '.junit.xml'],
    ['x.sarif.json', '.sarif.json'],
    ['x.badge.json', '.badge.json'],
    ['x.json', '.json'],
  ])('%s is %s', (path, ending) => expect(formatOf(path).ending).toBe(ending));
  it('is refused where the name does not say it', () => expect(() => formatOf('report.pdf')).toThrow(/in which form/));
  it.each(FORMATS.map(({ ending }) => ending))('%s can be written', async (ending) =>
    expect((await rendered(`x${ending}`)).length).toBeGreaterThan(50),
  );
});

describe('Markdown', () => {
  it('begins with the verdict and gives every figure its interval', async () => {
    const text = await rendered('r.md');
    expect(text.split('\n')[0]).toMatch(/^## ❌ mnist\\-natural breaks/);
    expect(text).toMatch(/\| robust \| ✅ Robust \| \*\*\d+\.\d %\*\* \(\d+\.\d–\d+\.\d %\)/);
    expect(text.indexOf('**Critical')).toBeLessThan(text.indexOf('**Note'));
  });
  it('lets no name become markup', async () => {
    const text = await rendered('r.md', HOSTILE);
    expect(text).not.toContain('<img');
    expect(text).not.toMatch(/(?<!\\)\*\*c/);
    const rows = text.split('\n').filter((line) => line.startsWith('| a\\|b'));
    expect(rows[0]?.split(/(?<!\\)\|/)).toHaveLength(9);
  });
});

describe('JUnit', () => {
  it('fails for critical and high findings only, and counts them', async () => {
    const xml = await rendered('r.junit.xml');
    expect(isWellFormed(xml)).toBe(true);
    const failures = xml.match(/<failure /g)?.length ?? 0;
    expect(xml).toContain(`<testsuites name="gibbon" tests="${xml.match(/<testcase /g)?.length}" failures="${failures}"`);
    expect(xml.match(/<failure type="(\w+)"/g)?.every((one) => /critical|high/.test(one))).toBe(true);
    expect(failures).toBeGreaterThan(0);
  });
  it('is well formed whatever the names are', async () => expect(isWellFormed(await rendered('r.junit.xml', HOSTILE))).toBe(true));
});

describe('SARIF', () => {
  it('has a rule for every result, and a fingerprint that outlives the run', async () => {
    const [run] = JSON.parse(await rendered('r.sarif')).runs;
    const rules = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(new Set(rules).size).toBe(rules.length);
    for (const { ruleId, level, partialFingerprints, locations } of run.results) {
      expect(rules).toContain(ruleId);
      expect(['error', 'warning', 'note']).toContain(level);
      expect(partialFingerprints['modelAndFinding/v1']).toMatch(/^[0-9a-f]{64}:/);
      expect(() => new URL(locations[0].physicalLocation.artifactLocation.uri, 'file:///work/')).not.toThrow();
    }
  });
});

describe('CSV', () => {
  it('has a row of equally many cells for every example', async () => {
    const rows = cellsOf(await rendered('r.csv', 'a,"b"\nc'));
    expect(rows).toHaveLength(1 + 2 * 200);
    for (const row of rows) expect(row).toHaveLength(rows[0]?.length as number);
    expect(rows[1]?.[0]).toBe('"a,""b""\nc"');
  });
  it('holds nothing that a spreadsheet would run', async () => expect(cellsOf(await rendered('r.csv', '=1+1'))[1]?.[0]).toBe("'=1+1"));
});

describe('the badge', () => {
  it('shows the model that fares worst', async () => {
    expect(JSON.parse(await rendered('b.badge.json'))).toMatchObject({ schemaVersion: 1, color: 'red', label: 'robust accuracy' });
  });
});
