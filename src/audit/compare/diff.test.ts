import { describe, expect, it } from 'vitest';
import { type Fate, model, run } from '../gates/testing/runs.ts';
import type { AuditResult } from '../result.ts';
import { diffResults } from './diff.ts';

const fates = (right: number, fooled: number, wrong: number): Fate[] => [
  ...Array<Fate>(right).fill('r'),
  ...Array<Fate>(fooled).fill('f'),
  ...Array<Fate>(wrong).fill('w'),
];

const HALF = run(model(fates(250, 230, 20)));

const one = (before: AuditResult, after: AuditResult) => diffResults(before, after).models[0];
const figure = (before: AuditResult, after: AuditResult, name: string) =>
  one(before, after)?.figures.find((found) => `${found.check}.${found.name}` === name);

describe('accuracies', () => {
  it('that did not change are the same, by pairs', () => {
    expect(figure(HALF, HALF, 'evasion.robustAccuracy')).toMatchObject({ shown: 'same', pairs: 500, pValue: 1, difference: { value: 0 } });
    expect(one(HALF, HALF)?.flips.map(({ n, worse, better }) => [n, worse.length, better.length])).toEqual([
      [500, 0, 0],
      [500, 0, 0],
    ]);
  });

  // Two-sided exact McNemar: 2 · 2^-k for k of k; 0.0625 for five, 0.03125 for six.
  it.each([
    [5, 'unclear', 0.0625],
    [6, 'worse', 0.03125],
  ] as const)('%i that fell and none that rose: %s', (fell, shown, p) => {
    const after = run(model(fates(250 - fell, 230 + fell, 20)));
    expect(figure(HALF, after, 'evasion.robustAccuracy')).toMatchObject({ shown, pValue: expect.closeTo(p, 12) });
    const [, flips] = one(HALF, after)?.flips ?? [];
    expect(flips?.worse.map(({ id }) => id)).toEqual(Array.from({ length: fell }, (_, i) => String(250 - fell + i)));
    // The other way round it is better by the same.
    const back = figure(after, HALF, 'evasion.robustAccuracy');
    expect(back).toMatchObject({ shown: shown === 'worse' ? 'better' : shown, pValue: expect.closeTo(p, 12) });
    expect(back?.difference?.low).toBeCloseTo(-(figure(HALF, after, 'evasion.robustAccuracy')?.difference?.high as number), 9);
  });

  it('count both ways: as many that rose as fell show nothing, and both are named', () => {
    const swapped = fates(250, 230, 20);
    for (let i = 0; i < 30; i++) [swapped[i], swapped[300 + i]] = ['f', 'r'];
    const [, flips] = one(HALF, run(model(swapped)))?.flips ?? [];
    expect([flips?.worse.length, flips?.better.length]).toEqual([30, 30]);
    expect(figure(HALF, run(model(swapped)), 'evasion.robustAccuracy')).toMatchObject({ shown: 'same', pValue: 1 });
  });

  it('of other data are compared as two samples, and no example is named', () => {
    const diff = one(HALF, run(model(fates(200, 280, 20), { sha256: 'other' })));
    expect(diff?.flips).toEqual([]);
    expect(diff?.notes).toEqual(['The runs are compared as two samples, since the data has changed.']);
    expect(diff?.figures.find(({ name }) => name === 'robustAccuracy')).toMatchObject({ shown: 'worse', pairs: null });
  });

  it('under another attacker are said to be incomparable', () => {
    const other = structuredClone(HALF);
    for (const { threat } of other.models) threat.epsilon = 0.01;
    const diff = one(HALF, other);
    expect(diff?.notes[0]).toContain('not comparable: the baseline was attacked with epsilon');
    expect(figure(HALF, other, 'evasion.robustAccuracy')).toMatchObject({ shown: 'incomparable', difference: null });
    expect(figure(HALF, other, 'evasion.cleanAccuracy')?.shown).toBe('same');
    expect(diff?.flips.map(({ accuracy }) => accuracy)).toEqual(['cleanAccuracy']);
  });
});

describe('other figures', () => {
  const changed = (id: string, name: string, values: object): AuditResult => {
    const result = structuredClone(HALF);
    const check = result.checks.find((found) => found.id === id);
    Object.assign(check?.metrics[name] ?? check?.timings?.metrics[name] ?? {}, values);
    return result;
  };

  it('are compared by their intervals', () => {
    expect(figure(HALF, changed('latency', 'p99', { value: 16.4, low: 15.2, high: 19.8 }), 'latency.p99')?.shown).toBe('worse');
    expect(figure(HALF, changed('latency', 'p99', { value: 9, low: 8.5, high: 9.5 }), 'latency.p99')?.shown).toBe('better');
    expect(figure(HALF, changed('latency', 'p99', { value: 13, low: 12, high: 16 }), 'latency.p99')?.shown).toBe('unclear');
  });
  it('without interval are not tested', () => {
    expect(figure(HALF, changed('latency', 'memory', { value: 9_000_000 }), 'latency.memory')).toMatchObject({
      shown: 'untested',
      difference: { value: 600_000, low: null },
    });
    expect(figure(HALF, HALF, 'latency.memory')?.shown).toBe('same');
    expect(figure(HALF, HALF, 'membership.tpr@fpr=0.001')).toMatchObject({ shown: 'untested', difference: null });
  });
});

describe('checks and findings', () => {
  const changedFindings = (before: AuditResult, after: AuditResult) => one(before, after)?.findings.filter(({ fate }) => fate !== 'kept');

  it('are matched by id, and say what became of them', () => {
    const after = structuredClone(HALF);
    const byId = (id: string) => after.checks.find((check) => check.id === id);
    Object.assign(byId('latency') ?? {}, { status: 'pass', findings: [] });
    const bad = HALF.checks.find(({ id }) => id === 'latency')?.findings[0];
    byId('noise-baseline')?.findings.push({ ...bad, id: 'noise', title: 'Noise hurts', severity: 'medium' } as NonNullable<typeof bad>);
    byId('membership')?.findings.push({ ...bad, id: 'leak', title: 'It leaks', severity: 'high' } as NonNullable<typeof bad>);
    after.checks = after.checks.filter(({ id }) => id !== 'gradient-masking');
    const diff = one(HALF, after);
    expect(changedFindings(HALF, after)?.map(({ fate, id }) => `${fate} ${id}`)).toEqual([
      'new noise',
      'first-seen leak',
      'fixed slow-input',
    ]);
    expect(diff?.checks.filter(({ before, after: now }) => before !== now).map(({ id, before, after: now }) => [id, before, now])).toEqual([
      ['latency', 'warn', 'pass'],
      ['gradient-masking', 'pass', null],
    ]);
  });

  it('a finding that nobody looked for is not fixed', () => {
    const after = structuredClone(HALF);
    const latency = after.checks.find(({ id }) => id === 'latency');
    Object.assign(latency ?? {}, { status: 'error', findings: [] });
    expect(changedFindings(HALF, after)).toMatchObject([{ fate: 'unseen', id: 'slow-input', before: 'low', after: null }]);
    after.checks = after.checks.filter(({ id }) => id !== 'latency');
    expect(changedFindings(HALF, after)?.[0]?.fate).toBe('unseen');
  });

  it('severities that changed', () => {
    const after = structuredClone(HALF);
    const finding = after.checks.find(({ id }) => id === 'latency')?.findings[0];
    Object.assign(finding ?? {}, { severity: 'high' });
    expect(changedFindings(HALF, after)).toMatchObject([{ fate: 'worse', before: 'low', after: 'high' }]);
    expect(changedFindings(after, HALF)).toMatchObject([{ fate: 'milder', before: 'high', after: 'low' }]);
  });
});

describe('models', () => {
  it('are matched by name, then by position; the others are new or gone', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => model(fates(9, 1, 0), { name }));
    const names = (before: AuditResult, after: AuditResult) =>
      diffResults(before, after).models.map((pair) => `${pair.before?.name ?? '–'}>${pair.after?.name ?? '–'}`);
    if (!a || !b || !c) throw new Error('three models');
    expect(names(run(a, b), run(b, a))).toEqual(['b>b', 'a>a']);
    expect(names(run(a, b), run(c, a))).toEqual(['b>c', 'a>a']);
    expect(names(run(a), run(a, b))).toEqual(['a>a', '–>b']);
    expect(names(run(a, b), run(a))).toEqual(['a>a', 'b>–']);
  });
});
