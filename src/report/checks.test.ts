import { describe, expect, test } from 'vitest';
import { figure, share } from '../audit/metric.ts';
import { attackByClass } from './attack-by-class.ts';
import { categoryGauge } from './category-gauge.ts';
import { checkAnchors } from './check-anchors.ts';
import { checksByModel, checkTitle, keyFigure, openFindings, reasons, statusCounts, worstFirst, worstStatus } from './checks.ts';
import { complianceOf } from './compliance.ts';
import { inUnit, metricInterval, metricText } from './metric-text.ts';
import { outcome } from './samples.ts';
import { FRAMEWORKS, parseTag } from './standards.ts';
import { proportionOf } from './testing/proportion-of.ts';
import { sampleChecks } from './testing/sample-checks.ts';
import { sampleModel, sampleResult } from './testing/sample-result.ts';

const model = sampleModel();
const checks = sampleChecks(model);
const byId = (id: string) => {
  const found = checks.find((check) => check.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
};

describe('the order of checks', () => {
  test('is by status, worst first, and loses none', () => {
    expect(worstFirst(checks).map(({ status }) => status)).toEqual([
      'fail',
      'error',
      'warn',
      'undecided',
      'pass',
      'pass',
      'not-applicable',
    ]);
    expect(statusCounts(checks).reduce((sum, [, n]) => sum + n, 0)).toBe(checks.length);
  });
  test('and the worst status ignores what could not run', () => {
    expect(worstStatus([byId('group-performance'), byId('noise-baseline')])).toBe('pass');
    expect(worstStatus([byId('group-performance')])).toBe('not-applicable');
    expect(worstStatus([])).toBe('not-applicable');
  });
  test('open findings hold neither notes nor what passed', () => {
    expect(openFindings(checks).map(({ finding }) => finding.severity)).toEqual(['critical', 'low']);
  });
  test('reasons that are shared are told once', () => {
    const [left] = [byId('group-performance')];
    expect(reasons([left, { ...left, id: 'group-robustness' }])).toHaveLength(1);
  });
});

describe('checks of models', () => {
  test('of one name go to each in the order in which they ran', () => {
    const result = sampleResult([sampleModel({ n: 20 }), sampleModel({ n: 20 })]);
    const [first, second] = checksByModel(result);
    expect(first).toEqual(result.checks.slice(0, checks.length));
    expect(second).toHaveLength(checks.length);
    expect(new Set(checkAnchors(result).values()).size).toBe(result.checks.length);
  });
  test('of a model that is not there are not lost', () => {
    const result = sampleResult();
    for (const check of result.checks) check.model = 'another';
    expect(checksByModel(result)[0]).toHaveLength(result.checks.length);
  });
  test('have anchors that need no escaping, whatever they are called', () => {
    const result = sampleResult();
    for (const check of result.checks) check.id = 'ä "> <b>';
    const anchors = [...checkAnchors(result).values()];
    for (const anchor of anchors) expect(anchor).toMatch(/^check-0-[A-Za-z0-9_-]+$/);
    expect(new Set(anchors).size).toBe(anchors.length);
  });
});

describe('the deciding figure', () => {
  test('is the first that stands beside a baseline', () => expect(keyFigure(byId('evasion'))?.label).toBe('Robust accuracy'));
  test('is a timing where there is nothing else', () => expect(keyFigure(byId('latency'))?.label).toBe('Latency, p99'));
  test('is none that the data cannot resolve', () => expect(keyFigure(byId('membership'))?.label).toBe('AUC'));
});

describe('the gauge of a category', () => {
  const of = (category: string) => categoryGauge(checks.filter((check) => check.category === category));
  test('shows the worst check that has a figure from 0 to 1', () => {
    expect(of('integrity')).toMatchObject({ kind: 'figure', status: 'fail', share: model.summary.robustAccuracy.value });
    expect(of('confidentiality')).toMatchObject({ kind: 'figure', status: 'undecided', share: 0.6465, low: 0.59, high: 0.7 });
  });
  test('counts what passed where none has one', () => expect(of('availability')).toMatchObject({ kind: 'passed', passed: 0, of: 1 }));
  test('says why it is empty', () => expect(of('fairness')).toMatchObject({ kind: 'none', reason: expect.stringContaining('--groups') }));
  test('is empty without checks', () => expect(categoryGauge([])).toMatchObject({ kind: 'none', status: 'not-applicable' }));
  test('leaves out figures beyond its scale', () => {
    const check = {
      ...byId('noise-baseline'),
      metrics: { ratio: figure(1.3, { label: 'Ratio', better: 'lower', unit: 'ratio', method: 'm' }) },
    };
    expect(categoryGauge([check])).toMatchObject({ kind: 'passed', passed: 1, of: 1 });
  });
});

describe('titles', () => {
  test('claim nothing that was not shown', () => {
    expect(checkTitle(byId('membership'))).toBe('Membership');
    expect(checkTitle(byId('input-validation'))).toBe('Input validation');
    expect(checkTitle(byId('noise-baseline'))).toBe('Random noise of the same size does no harm');
  });
});

describe('figures in words', () => {
  test.each([
    [0.5, 'share', 30, '50 %'],
    [0.123456, 'share', 1000, '12.3 %'],
    [-0.05, 'difference', 1000, '−5.0 points'],
    [8_400_000, 'bytes', null, '8.4 MB'],
    [12.3456, 'ms', null, '12.3 ms'],
    [8200, 'count', null, '8,200'],
    [0.64654, 'number', null, '0.647'],
    [2, 'dB', null, '2 dB'],
    [null, 'share', null, '–'],
    [Number.NaN, 'number', null, '–'],
  ] as const)('%s in %s of %s examples is %s', (value, unit, n, text) => expect(inUnit(value, unit, n)).toBe(text));
  test('intervals of shares are rounded outwards', () =>
    expect(metricInterval(share({ value: 0.93, count: 186, n: 200, low: 0.88554, high: 0.96141 }, { label: 'x', better: null }))).toBe(
      '88.5–96.2 %',
    ));
  test('a shared unit is written once, and a sign keeps the ends apart', () => {
    const told = { label: 'x', better: null, method: 'm' };
    expect(metricInterval(figure(12, { ...told, unit: 'ms', low: 11.2, high: 15.8 }))).toBe('11.2–15.8 ms');
    expect(metricInterval(figure(0, { ...told, unit: 'difference', low: -0.1, high: 0.2 }))).toBe('−10.0 points to 20.0 points');
    expect(metricInterval(figure(0, { ...told, unit: 'number' }))).toBeNull();
  });
  test('what cannot be resolved says so', () =>
    expect(metricText(figure(null, { label: 'x', better: null, unit: 'share', method: 'm', n: 20 }))).toBe('not resolvable (n = 20)'));
});

describe('standards', () => {
  test('have each id once', () => {
    for (const { entries } of FRAMEWORKS) expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  });
  test('are found by tag', () => {
    expect(parseTag('ATLAS:AML.T0015')).toMatchObject({ id: 'AML.T0015', name: 'Evade AI Model' });
    expect(parseTag('NIST:NISTAML.999')?.name).toBeNull();
    expect(parseTag('UNKNOWN:1')).toBeNull();
  });
  test('list every check that speaks to them, and what none speaks to', () => {
    const nist = complianceOf({ checks }).find(({ framework }) => framework.prefix === 'NIST');
    expect(nist?.covered.map(({ id }) => id)).toEqual(['NISTAML.014', 'NISTAML.022', 'NISTAML.033', 'NISTAML.999']);
    expect(nist?.uncovered.map(({ id }) => id)).not.toContain('NISTAML.022');
    expect(nist?.uncovered.map(({ id }) => id)).toContain('NISTAML.031');
    expect(complianceOf({ checks: [] })).toEqual([]);
  });
});

describe('attacks by class', () => {
  test('weighted by the classes give the rates of the attacks', () => {
    const found = attackByClass(model);
    const correct = model.samples.filter((sample) => outcome(sample, model) !== 'wrong');
    const weights =
      found?.matrix.columns.map((_, label) => correct.filter((sample) => sample.label === label).length / correct.length) ?? [];
    const mean = (row: readonly (number | null)[]): number =>
      row.reduce<number>((sum, value, i) => sum + (value ?? 0) * (weights[i] ?? 0), 0);
    const rows = found?.matrix.values ?? [];
    for (const [i, attack] of model.attacks.entries()) expect(mean(rows[i] ?? [])).toBeCloseTo(attack.successRate.value, 12);
    expect(mean(rows.at(-1) ?? [])).toBeCloseTo(1 - model.summary.robustAccuracy.count / correct.length, 12);
  });
  test('leave out an attack that saw only some of the examples', () => {
    const [first, ...others] = model.attacks;
    if (first === undefined) throw new Error('no attacks');
    const partial = { ...model, attacks: [{ ...first, successRate: proportionOf(1, 3) }, ...others] };
    expect(attackByClass(partial)?.matrix.rows).toHaveLength(others.length + 1);
  });
  test('say nothing of classes with a handful of examples', () => expect(attackByClass(sampleModel({ classes: 1000, n: 300 }))).toBeNull());
});
