import { describe, expect, it } from 'vitest';
import { hostileChecks } from '../testing/hostile-checks.ts';
import { sampleModel, sampleResult } from '../testing/sample-result.ts';
import { FORMATS, formatOf } from './formats.ts';

const HOSTILE = 'a|b`<img src=x onerror=alert(1)>"&\u0000\u001b[31m=cmd()\r\n# **c**';

async function rendered(path: string, name = 'mnist-natural'): Promise<string> {
  const render = await formatOf(path).load();
  return render(sampleResult([sampleModel({ name }), sampleModel({ name: 'robust', broken: 0.1, verdict: 'robust' })]));
}

/** With a hostile string in every free text of every check. */
async function hostile(path: string): Promise<string> {
  const model = sampleModel({ name: HOSTILE });
  const checks = hostileChecks(model, HOSTILE);
  model.findings = checks.flatMap(({ findings }) => findings);
  return (await formatOf(path).load())({ ...sampleResult([model]), checks });
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
    ['x.cdx.json', '.cdx.json'],
    ['x.card.md', '.card.md'],
    ['x.metrics.csv', '.metrics.csv'],
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
    for (const form of ['r.md', 'r.card.md']) {
      // The card's header is YAML, which has a test of its own.
      const body = (await hostile(form)).split(/^---$/m).at(-1) ?? '';
      expect(body.length).toBeGreaterThan(500);
      expect(body).not.toMatch(/<img|(?<!\\)\*\*c/);
    }
  });
  it('has a row for each check, and says what the others need', async () => {
    const text = await rendered('r.md');
    expect(text).toContain('| Integrity | ❌ Failed | Small perturbations change its decision | Robust accuracy 4.5 %');
    expect(text).toContain('➖ group\\-performance: The data names no groups');
  });
});

describe('JUnit', () => {
  it('fails for failed checks only, skips what could not run, and counts them', async () => {
    const xml = await rendered('r.junit.xml');
    expect(isWellFormed(xml)).toBe(true);
    const count = (tag: string): number => xml.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
    expect(xml).toContain(
      `<testsuites name="gibbon" tests="${count('testcase')}" failures="${count('failure')}" errors="${count('error')}"`,
    );
    expect([count('testcase'), count('failure'), count('error'), count('skipped')]).toEqual([14, 2, 2, 2]);
  });
  it('has a suite for each category of each model, whose counts add up', async () => {
    const xml = await rendered('r.junit.xml');
    const suites = [...xml.matchAll(/<testsuite name="([^"]+)" tests="(\d+)"/g)];
    expect(suites.map((match) => match[1])).toContain('robust: Fairness');
    expect(suites.reduce((sum, match) => sum + Number(match[2]), 0)).toBe(14);
  });
  it('is well formed whatever the texts are', async () => {
    expect(isWellFormed(await rendered('r.junit.xml', HOSTILE))).toBe(true);
    expect(isWellFormed(await hostile('r.junit.xml'))).toBe(true);
  });
});

describe('SARIF', () => {
  it('has a rule for every result, and a fingerprint that outlives the run', async () => {
    const [run] = JSON.parse(await rendered('r.sarif')).runs;
    const rules = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(new Set(rules).size).toBe(rules.length);
    for (const { ruleId, ruleIndex, level, partialFingerprints, locations } of run.results) {
      expect(rules[ruleIndex]).toBe(ruleId);
      expect(['error', 'warning', 'note']).toContain(level);
      expect(partialFingerprints['modelAndFinding/v1']).toMatch(/^[0-9a-f]{64}:/);
      expect(() => new URL(locations[0].physicalLocation.artifactLocation.uri, 'file:///work/')).not.toThrow();
    }
  });
  it('names the check in its rules, with help, standards as tags and an address that is one', async () => {
    const model = sampleModel();
    model.findings = sampleResult([model]).checks.flatMap(({ findings }) => findings);
    const render = await formatOf('r.sarif').load();
    const [run] = JSON.parse(render(sampleResult([model]))).runs;
    const rule = run.tool.driver.rules.find(({ id }: { id: string }) => id === 'latency/slow-input');
    expect(rule.help.text).toContain('→ Set a time limit');
    expect(rule.properties.tags).toEqual(['security', 'machine-learning', 'availability', 'nist/nistaml.014']);
    for (const { helpUri } of run.tool.driver.rules) if (helpUri !== undefined) expect(() => new URL(helpUri)).not.toThrow();
  });
  it('tells of checks that died where tools tell of their own faults', async () => {
    const [run] = JSON.parse(await rendered('r.sarif')).runs;
    expect(run.invocations[0].toolExecutionNotifications).toHaveLength(2);
  });
});

describe('figures of checks as CSV', () => {
  it('have a row each, of equally many cells', async () => {
    const rows = cellsOf(await rendered('r.metrics.csv'));
    for (const row of rows) expect(row).toHaveLength(rows[0]?.length as number);
    const auc = rows.find((row) => row[4] === 'auc');
    expect(auc?.slice(1, 11)).toEqual(['confidentiality', 'membership', 'undecided', 'auc', 'AUC', '0.6465', '0.59', '0.7', '200', '0.5']);
    expect(rows.find((row) => row[4] === 'p99')?.at(-1)).toBe('true');
    expect(rows.some((row) => row[2] === 'group-performance')).toBe(true);
  });
});

describe('the model card', () => {
  it('has a header of JSON strings and plain scalars, which YAML reads as they are', async () => {
    for (const card of [await rendered('r.card.md'), await hostile('r.card.md')]) {
      const [, header = ''] = card.split(/^---$/m);
      for (const line of header.trim().split('\n')) {
        const value = /^[ -]*(?:[a-z_-]+: ?)?(.*)$/.exec(line)?.[1] ?? '';
        if (value.startsWith('"')) expect(() => JSON.parse(value)).not.toThrow();
        else expect(value).toMatch(/^[A-Za-z0-9.:-]*$/);
      }
    }
  });
  it('names files without the folders of the machine', async () => {
    const model = sampleModel();
    Object.assign(model, { path: '/home/somebody/models/net.onnx', data: { ...model.data, path: 'C:\\private\\digits\\' } });
    for (const form of ['r.card.md', 'r.cdx.json']) {
      const text = (await formatOf(form).load())(sampleResult([model]));
      expect(text).not.toMatch(/somebody|private/);
      expect(text).toContain('digits');
    }
  });
  it('gives figures with intervals, and says what is not known', async () => {
    const card = await rendered('r.card.md');
    expect(card).toMatch(/\| Integrity \| evasion \| Robust accuracy \| 4\.5 % \| 2\.3–8\.4 % \| 96\.5 % \| 200 \|/);
    expect(card).toContain('Not examined: group\\-performance');
    expect(card).toContain('none of these figures is a certificate');
  });
});

describe('CycloneDX', () => {
  it('has each model with its hash, data set and figures with their intervals', async () => {
    const bom = JSON.parse(await rendered('r.cdx.json'));
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    const refs = bom.components.map((one: { 'bom-ref': string }) => one['bom-ref']);
    expect(refs).toEqual(['model-0', 'model-1', 'data-0', 'data-1']);
    const [model] = bom.components;
    expect(model.type).toBe('machine-learning-model');
    expect(model.hashes).toEqual([{ alg: 'SHA-256', content: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(refs).toContain(model.modelCard.modelParameters.datasets[0].ref);
    const metrics = model.modelCard.quantitativeAnalysis.performanceMetrics;
    expect(metrics.find((one: { type: string }) => one.type === 'membership.auc')).toMatchObject({
      value: '0.6465',
      confidenceInterval: { lowerBound: '0.59', upperBound: '0.7' },
    });
    // What the machine measured is no property of the model.
    expect(metrics.some((one: { type: string }) => one.type.startsWith('latency'))).toBe(false);
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
