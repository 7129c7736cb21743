import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type AuditResult, auditResult } from '../audit/result.ts';
import { CLIENT_CELLS, CLIENT_SCRIPT, CLIENT_SCRIPT_HASH } from './client-script.ts';
import { renderHtml } from './html.tsx';
import { PICTURE_KINDS } from './pictures.ts';
import { sampleCells } from './samples.ts';
import { certifiedModel } from './testing/certified-model.ts';
import { hostileChecks } from './testing/hostile-checks.ts';
import { sampleDetails } from './testing/sample-details.ts';
import { type SampleOptions, sampleModel, sampleResult } from './testing/sample-result.ts';

const HOSTILE = `</script><img src=x onerror=alert(1)>"'&\u2028`;

/** The page without what scripts and styles hold, where `<` means something else. */
function markup(html: string): string {
  return html.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '<$1></$1>');
}

function words(html: string): string {
  return markup(html)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

/** The result that the page embeds. */
function embedded(html: string): AuditResult {
  const json = /<script type="application\/json" id="gibbon-result">([\s\S]*?)<\/script>/.exec(html)?.[1];
  return JSON.parse(json ?? 'null') as AuditResult;
}

function render(options: SampleOptions): string {
  return renderHtml(sampleResult([sampleModel(options)]));
}

/** The page of a model without checks, whose figures alone are counted. */
function renderAlone(options: SampleOptions): string {
  return renderHtml({ ...sampleResult([sampleModel(options)]), checks: [] });
}

function headings(html: string): number[] {
  return [...markup(html).matchAll(/<h([1-6])\b/g)].map((match) => Number(match[1]));
}

test('attacks that were left out stand with their reasons', () => {
  const left = [{ id: 'pgd', name: 'Projected gradient descent', reason: `takes gradients ${HOSTILE}` }];
  const html = renderHtml(sampleResult([{ ...sampleModel({ n: 20 }), attacksLeftOut: left }]));
  expect(words(html)).toContain('Attacks left out Projected gradient descent: takes gradients');
  expect(markup(html)).not.toContain('<img src=x');
});

test('where no attacks were part of the run one sentence says so', () => {
  const page = words(renderHtml(sampleResult([certifiedModel({ n: 20 })])));
  expect(page).toContain('The attacks of an audit were no part of this run.');
  expect(page).not.toContain('Attacks left out');
  expect(words(render({ n: 20 }))).not.toContain('no part of this run');
});

const cases: [name: string, result: AuditResult][] = [
  ['one model', sampleResult()],
  ['two models', sampleResult([sampleModel({ n: 120 }), sampleModel({ name: 'robust', n: 120, broken: 0.1, verdict: 'robust' })])],
  ['nothing broken', sampleResult([sampleModel({ n: 40, broken: 0, verdict: 'undecided' })])],
  ['waveforms', sampleResult([sampleModel({ modality: 'waveform', n: 64, epsilon: 0.01, epsilonText: '0.01' })])],
  ['labels only', sampleResult([sampleModel({ modality: 'tensor', confidence: false })])],
  ['a thousand classes', sampleResult([sampleModel({ classes: 1000, n: 300 })])],
  ['no samples', sampleResult([sampleModel({ n: 0 })])],
  ['certificates alone', sampleResult([certifiedModel({ n: 40 })])],
  ['nothing tried', sampleResult([{ ...certifiedModel({ n: 40 }), certificates: undefined }])],
  ['no checks', { ...sampleResult(), checks: [] }],
  ['two models of one name', sampleResult([sampleModel({ n: 40 }), sampleModel({ n: 40 })])],
];

describe.each(cases)('a page of %s', (_, result) => {
  const html = renderHtml(result);

  test('comes from a valid result', () => expect(() => auditResult.parse(result)).not.toThrow());
  test('embeds a valid result', () => expect(() => auditResult.parse(embedded(html))).not.toThrow());

  test('loads nothing', () => {
    // `match` instead of `toMatch`, which would print the whole page where it fails.
    expect(markup(html).match(/\s(?:src|srcset|action|data|poster)="(?!#|data:image\/png;base64,|data:audio\/wav;base64,)/)).toBeNull();
    expect(html.match(/@import|url\(/)).toBeNull();
    // A reference is followed only by whoever clicks it, and tells nobody where from.
    const outside = [...markup(html).matchAll(/<([a-z]+) href="(?!#)([^"]*)"( rel="noopener noreferrer")?/g)];
    for (const [, element, href, rel] of outside)
      expect([element, /^https:\/\//.test(href ?? ''), rel !== undefined]).toEqual(['a', true, true]);
  });

  test('has one h1 and skips no level', () => {
    const levels = headings(html);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
  });

  test('has no id twice, and a target for each link', () => {
    const ids = [...markup(html).matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const link of markup(html).matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(link[1]);
  });

  test('prints no number that is none', () => expect(words(html).match(/NaN|undefined|Infinity|\[object/)).toBeNull());
});

test('where nothing is to be fixed, what is left open stands first, with what would decide it', () => {
  const result = sampleResult([certifiedModel({ n: 12 })]);
  const [first] = result.checks as [(typeof result.checks)[number]];
  const open = { ...first, id: 'certified-robustness', status: 'undecided' as const, reason: 'Too few examples.', findings: [] };
  const shown = (checks: typeof result.checks): string => words(renderHtml({ ...result, checks }));
  expect(shown([open])).toMatch(
    /What to fix first\s+Nothing to fix was found for certain\. What is left open:\s+Undecided\s+Certified robustness\s+\w+\s+Too few examples\./,
  );
  expect(shown([{ ...open, status: 'pass' }])).toContain('Nothing to fix was found. The checks below');
});

describe('hostile names', () => {
  const model = sampleModel({ name: HOSTILE, classNames: Array.from({ length: 10 }, (_, i) => `${HOSTILE}${i}`), n: 30 });
  for (const example of model.examples)
    Object.assign(example, {
      id: HOSTILE,
      original: 'http://evil.example/x.png',
      difference: `data:image/png;base64,AA"><img src=x onerror=alert(1)>`,
    });
  for (const attack of model.attacks) Object.assign(attack, { name: HOSTILE, params: { [HOSTILE]: HOSTILE } });
  for (const finding of model.findings) Object.assign(finding, { title: HOSTILE, text: HOSTILE, remedies: [HOSTILE] });
  for (const sample of model.samples) Object.assign(sample, { id: HOSTILE });
  const result = { ...sampleResult([model]), checks: hostileChecks(model, HOSTILE) };
  const html = renderHtml(result);

  test('come from a valid result', () => expect(() => auditResult.parse(result)).not.toThrow());
  test('open no element', () => {
    expect(html.includes('<img src=x')).toBe(false);
    expect(html.match(/<script\b/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  });
  test('end no attribute', () => expect(markup(html).match(/<[^>]*="[^"]*"onerror/)).toBeNull());
  test('load no picture', () => expect(markup(html).includes('evil.example')).toBe(false));
  test('survive in the JSON', () => {
    expect(embedded(html).models[0]?.name).toBe(HOSTILE);
    expect(embedded(html).checks).toEqual(JSON.parse(JSON.stringify(result.checks)));
  });
  test('become no address', () => {
    const details = [{ kind: 'link', title: 'x', href: 'javascript:alert(1)' }] as const;
    const [check, ...others] = sampleResult().checks;
    if (check === undefined) throw new Error('no checks');
    const page = renderHtml({ ...sampleResult(), checks: [{ ...check, details: [...details] }, ...others] });
    expect(markup(page)).not.toContain('href="javascript:');
  });
});

describe('the policy', () => {
  test('names the hash of the one script', () => {
    expect(CLIENT_SCRIPT_HASH).toBe(`sha256-${createHash('sha256').update(CLIENT_SCRIPT).digest('base64')}`);
    expect(renderHtml(sampleResult()).includes(`<script>${CLIENT_SCRIPT}</script>`)).toBe(true);
  });
  test('forbids everything else', () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(renderHtml(sampleResult()))?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });
});

describe('figures', () => {
  const model = sampleModel();
  model.summary.robustAccuracy = { value: 0.93, count: 186, n: 200, low: 0.88554, high: 0.96141 };
  const text = words(renderHtml(sampleResult([model])));
  test('stand with their interval and sample', () => {
    expect(text).toContain('93.0 % Robust accuracy worst case, ε = 0.1 95 % interval 88.5–96.2 % 186 of 200');
  });
});

describe('models', () => {
  test('stand side by side where there are two', () => {
    const two = words(renderHtml(sampleResult([sampleModel({ n: 120 }), sampleModel({ name: 'robust', n: 120, broken: 0.1 })])));
    expect(two).toContain('Side by side');
    expect(two).toMatch(/Of the \d+ images that both classify correctly/);
    expect(words(renderHtml(sampleResult()))).not.toContain('Side by side');
  });
  test('audited in different units share no chart', () => {
    const mixed = renderHtml(
      sampleResult([sampleModel({ n: 50 }), sampleModel({ name: 'other', n: 50, epsilonText: '8/255', epsilon: 8 / 255 })]),
    );
    expect(words(mixed)).toContain('Their curves are not on one chart');
  });
});

describe('examples', () => {
  test('the worst is told with both confidences', () => {
    expect(words(render({ classNames: ['panda', 'gibbon', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] }))).toMatch(
      /The model is \d+\.\d % sure that this is “.+”\. Change no pixel by more than 0\.\d+, and it is \d+\.\d % sure of/,
    );
  });
  test('without confidence the labels are told', () =>
    expect(words(render({ confidence: false }))).toMatch(
      /The model calls this class \d\. Change no pixel by more than [\d.]+, and it says class \d\./,
    ));
  test('without any broken example the page says what that means', () =>
    expect(words(render({ broken: 0 }))).toContain('That is no proof that none can be broken.'));
  test('of waveforms are drawn', () => expect(renderAlone({ modality: 'waveform' }).match(/class="envelope /g)?.length).toBe(16));
  test('are stored once and can be put back', () => {
    const result = sampleResult();
    const html = renderHtml(result);
    embedded(html).models[0]?.examples.forEach((example, i) => {
      for (const kind of PICTURE_KINDS) {
        const id = example[kind]?.slice(1);
        expect(html).toContain(`<img id="${id}"`);
        const source = new RegExp(`id="${id}"[^>]* src="([^"]+)"`).exec(html)?.[1];
        expect(source).toBe(result.models[0]?.examples[i]?.[kind]);
      }
    });
  });
});

describe('tables', () => {
  test('render at most 200 samples and keep the others in the JSON', () => {
    const html = render({ n: 700, pictures: 0 });
    expect(html.match(/<tr class="is-/g)).toHaveLength(200);
    expect(embedded(html).models[0]?.samples).toHaveLength(700);
  });
  test('of many classes list the commonest changes', () => {
    expect(renderAlone({ classes: 1000, n: 300 })).not.toContain('class="heat');
    expect(words(render({ classes: 1000, n: 300 }))).toContain('True class Becomes Examples');
    expect(renderAlone({ classes: 10 })).toContain('class="heat');
  });
  test('have the same cells from the server and from the script', () => {
    const cells = new Function(`${CLIENT_CELLS}\nreturn cells;`)() as typeof sampleCells;
    for (const options of [
      { n: 60 },
      { n: 60, confidence: false, modality: 'tensor' as const },
      { n: 60, epsilonText: '8/255', classNames: ['a', 'b', ' '] },
    ]) {
      for (const model of [sampleModel(options), certifiedModel(options)])
        for (const sample of model.samples) expect(cells(sample, model)).toEqual(sampleCells(sample, model));
    }
  });
});

describe('checks', () => {
  const result = sampleResult();
  const html = renderHtml(result);
  const text = words(html);

  test('are all on the page, with a place to link to', () => {
    for (const { id } of result.checks) expect(html).toContain(`id="check-0-${id}"`);
  });
  test('that ask for attention are open, the others folded', () => {
    for (const { id, status } of result.checks.filter((check) => check.status !== 'not-applicable')) {
      const tag = new RegExp(`<details[^>]*id="check-0-${id}"[^>]*>`).exec(html)?.[0];
      expect(/ open/.test(tag ?? '')).toBe(status === 'fail' || status === 'warn');
    }
  });
  test('say why they did not run, died or cannot tell', () => {
    for (const { reason } of result.checks) if (reason !== null) expect(text).toContain(reason);
  });
  test('have gauges with their intervals', () => {
    expect(text).toContain('Integrity Robust accuracy 95 % interval');
    expect(text).toContain('Fairness Not applicable. The data names no groups.');
  });
  test('show every form of evidence', () => {
    for (const { kind, title } of sampleDetails()) {
      expect(text).toContain(title);
      if (kind !== 'link') expect(html).toContain(`class="detail detail-${kind}"`);
    }
  });
  test('show what a finding means, what helps and where to read on', () => {
    expect(text).toContain('What it means: Who can change pixels');
    expect(html).toContain('href="https://arxiv.org/abs/1706.06083" rel="noopener noreferrer"');
  });
  test('keep each picture once, and can put it back', () => {
    const kept = embedded(html).checks.flatMap((check) =>
      check.details.flatMap((detail) => (detail.kind === 'images' ? detail.items : [])),
    );
    const given = result.checks.flatMap((check) => check.details.flatMap((detail) => (detail.kind === 'images' ? detail.items : [])));
    expect(kept.length).toBeGreaterThan(0);
    for (const [i, { source }] of kept.entries()) {
      expect(source).toMatch(/^#check-0-/);
      expect(new RegExp(`id="${source.slice(1)}"[^>]* src="([^"]+)"`).exec(html)?.[1]).toBe(given[i]?.source);
    }
  });
  test('are listed under the standards that they speak to', () => {
    expect(text).toContain('NISTAML.022 Evasion Failed');
    expect(text).toContain('ML02 Data Poisoning');
    expect(text).toContain('names not verified');
  });
  test('stand side by side where there are two models', () => {
    const two = words(renderHtml(sampleResult([sampleModel({ n: 120 }), sampleModel({ name: 'robust', n: 120, broken: 0 })])));
    expect(two).toMatch(/evasion Failed Robust accuracy: [\d.]+ % , [\d.–]+ % Passed Robust accuracy: [\d.]+ %/);
  });
});
