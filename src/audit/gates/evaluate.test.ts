import { describe, expect, it } from 'vitest';
import { STRONGEST } from '../../threat/threat-model.ts';
import type { AuditResult, Finding, ModelResult } from '../result.ts';
import { evaluateGates, type Gating } from './evaluate.ts';
import { gateResult } from './gate-result.ts';
import { type Fate, model, run } from './testing/runs.ts';

const fates = (right: number, fooled: number, wrong: number): Fate[] => [
  ...Array<Fate>(right).fill('r'),
  ...Array<Fate>(fooled).fill('f'),
  ...Array<Fate>(wrong).fill('w'),
];

/** 250 of 500 robust, 480 right. */
const HALF = run(model(fates(250, 230, 20)));

const FIXED = { column: 'age', kind: 'number', movable: false, epsilon: 1, range: [0, 1], group: null };
const asking = (queries: number | null) => ({ ...STRONGEST, capability: { ...STRONGEST.capability, queries } });

/** One gate: what came of it. */
function gate(rules: Gating['rules'], result: AuditResult = HALF, baseline?: AuditResult) {
  const gates = evaluateGates(result, { rules, baseline }) ?? [];
  for (const one of gates) gateResult.parse(one);
  return gates[0];
}

describe('a figure', () => {
  it.each([
    [{ min: 0.4 }, 'pass', 'pass'],
    [{ min: 0.47 }, 'cannot-tell', 'fail'],
    [{ min: 0.47, unsure: 'warn' as const }, 'cannot-tell', 'warn'],
    [{ min: 0.6, unsure: 'warn' as const }, 'fail', 'fail'],
  ])('%j: %s, counts as %s', (limit, outcome, counts) => {
    expect(gate({ 'evasion.robustAccuracy': ['error', limit] })).toMatchObject({ outcome, counts, level: 'error', model: 'net' });
    expect(gate({ 'evasion.robustAccuracy': ['warn', limit] })?.counts).toBe(outcome === 'pass' ? 'pass' : 'warn');
  });

  it('says value, interval, limit and the n that it needs', () => {
    expect(gate({ 'evasion.robustAccuracy': ['error', { min: 0.48 }] })?.text).toMatch(
      /^Robust accuracy 50\.0 % \(95 % interval 45\.5 % to 54\.5 %, n = 500\); at least 48 %: the value keeps it, but .* about n = 2\d{3} would show it\.$/,
    );
  });

  it('may be any of any check, timed ones included', () => {
    expect(gate({ 'latency.p99': ['error', { max: 15 }] })).toMatchObject({ outcome: 'cannot-tell', figure: { unit: 'ms', value: 12.4 } });
    expect(gate({ 'latency.p99': ['error', { max: 16 }] })?.outcome).toBe('pass');
    expect(gate({ 'membership.tpr@fpr=0.001': ['error', { max: 0.1 }] })?.text).toContain('too few examples');
  });

  it('has a result for each limit and for each model', () => {
    const two = run(model(fates(9, 1, 0), { name: 'a' }), model(fates(1, 9, 0), { name: 'b' }));
    const gates = evaluateGates(two, {
      rules: { 'evasion.robustAccuracy': ['error', { min: 0.4, max: 1 }], 'b:evasion.cleanAccuracy': ['warn', { min: 0.2 }] },
    });
    expect(gates?.map(({ model: name, kind, outcome }) => `${name} ${kind} ${outcome}`)).toEqual([
      'a min pass',
      'a max pass',
      'b min fail',
      'b max pass',
      'b min pass',
    ]);
  });

  it.each([
    ['evasion.robustAcuracy', /no figure robustAcuracy; it has cleanAccuracy, robustAccuracy/],
    ['group-performance.accuracy', /no figures: The data names no groups/],
    ['corruptions.worst', /not part of this run/],
    ['other:evasion.robustAccuracy', /no model other in this run; there is net/],
  ])('%s cannot be told, and counts as failed', (name, text) => {
    expect(gate({ [name]: ['error', { min: 0 }] })).toMatchObject({
      outcome: 'cannot-tell',
      counts: 'fail',
      text: expect.stringMatching(text),
    });
  });
});

describe('findings', () => {
  const worse = structuredClone(HALF);
  const latency = worse.checks.find(({ id }) => id === 'latency');
  it.each([
    ['latency', 'low', 'pass'],
    ['latency', 'info', 'fail'],
    // Another check of the category ended in an error: nobody knows what it would have found.
    ['category.availability', 'low', 'cannot-tell'],
    ['category.availability', 'info', 'fail'],
    ['category.confidentiality', 'high', 'cannot-tell'],
    ['category.fairness', 'high', 'cannot-tell'],
    ['noise-baseline', 'pass', 'pass'],
    ['findings', 'info', 'fail'],
  ] as const)('%s, none worse than %s: %s', (name, maxSeverity, outcome) => {
    expect(latency?.findings[0]?.severity).toBe('low');
    expect(gate({ [name]: ['error', { maxSeverity }] }, worse)).toMatchObject({ outcome, kind: 'maxSeverity', severity: maxSeverity });
  });
});

describe('against a baseline', () => {
  it('no rule means: no loss of clean or robust accuracy may be shown', () => {
    const same = evaluateGates(HALF, { baseline: HALF });
    expect(same?.map(({ name, kind, outcome }) => [name, kind, outcome])).toEqual([
      ['evasion.cleanAccuracy', 'no-loss', 'pass'],
      ['evasion.robustAccuracy', 'no-loss', 'pass'],
    ]);
    expect(same?.[1]?.limit).toBe(0.025);
    // 30 examples fall, none rises: p = 2^-30.
    const lost = evaluateGates(run(model(fates(220, 260, 20))), { baseline: HALF });
    expect(lost?.[1]).toMatchObject({
      outcome: 'fail',
      counts: 'fail',
      comparison: { paired: true, worse: 30, better: 0, before: 0.5, after: 0.44 },
    });
    expect(lost?.[1]?.comparison?.pValue).toBeCloseTo(2 ** -30, 12);
    expect(lost?.[1]?.text).toContain('on the same examples: 30 got worse, 0 better: a loss is shown (p < 0.0001, at or below 0.025)');
  });

  it('five of five that fell are the least that shows a loss at 0.025 in two gates; six are', () => {
    const outcome = (fell: number) => evaluateGates(run(model(fates(250 - fell, 230 + fell, 20))), { baseline: HALF })?.[1]?.outcome;
    expect([outcome(5), outcome(6)]).toEqual(['pass', 'fail']);
  });

  it('compares two samples where the data or the examples are others, and says so', () => {
    const lower = fates(200, 280, 20);
    for (const [options, why] of [
      [{ sha256: 'other' }, 'the data has changed'],
      [{ from: 400 }, 'share only 100 examples'],
    ] as const) {
      const found = evaluateGates(run(model(lower, options)), { baseline: HALF })?.[1];
      expect(found).toMatchObject({ outcome: 'fail', comparison: { paired: false, worse: null } });
      expect(found?.text).toContain(why);
    }
  });

  it('pairs what two runs share, where that is half of them or more', () => {
    const found = evaluateGates(run(model(fates(150, 230, 20), { from: 100 })), { baseline: HALF })?.[1];
    expect(found).toMatchObject({ outcome: 'pass', comparison: { paired: true, worse: 0, better: 0 }, figure: { n: 400 } });
  });

  it('does not let a weaker attack pass for a stronger model', () => {
    const other = structuredClone(HALF);
    for (const one of other.models) one.threat.epsilon = 0.01;
    const gates = evaluateGates(other, { baseline: HALF });
    expect(gates?.map(({ outcome, counts }) => [outcome, counts])).toEqual([
      ['pass', 'pass'],
      ['cannot-tell', 'fail'],
    ]);
    const quick = { ...HALF, run: { ...HALF.run, preset: 'quick' } };
    expect(evaluateGates(quick, { baseline: HALF })?.[1]?.text).toContain('the preset standard, this run quick');
    const blind = structuredClone(HALF);
    for (const one of blind.models) one.threat.knowledge = 'scores';
    expect(evaluateGates(blind, { baseline: HALF })?.[1]?.outcome).toBe('cannot-tell');
    expect(evaluateGates(HALF, { baseline: blind })?.[1]?.outcome).toBe('pass');
  });

  it.each([
    [
      'another goal',
      (one: ModelResult) => void Object.assign(one.threat, { goal: 'one chosen wrong decision' }),
      /wanted any wrong decision/,
    ],
    ['an attack that is missing', (one: ModelResult) => void one.attacks.pop(), /has no figures of/],
    [
      'a failure',
      (one: ModelResult) =>
        void one.findings.push({ ...(HALF.checks.flatMap(({ findings }) => findings)[0] as Finding), id: 'incomplete' }),
      /did not finish its attacks/,
    ],
    ['a column that is fixed', (one: ModelResult) => void Object.assign(one.threat, { columns: [FIXED] }), /could change age/],
    ['fewer questions', (one: ModelResult) => void Object.assign(one.threat, { model: asking(500) }), /may ask 500 questions per example/],
  ])('is none where this run has %s', (_, weaken, why) => {
    const [before, after] = [structuredClone(HALF), structuredClone(HALF)];
    for (const result of [before, after]) for (const one of result.models) Object.assign(one.threat, { goal: 'any wrong decision' });
    if (String(why).includes('questions')) for (const one of before.models) Object.assign(one.threat, { model: asking(null) });
    for (const one of after.models) weaken(one);
    expect(evaluateGates(before, { baseline: before })?.[1]?.outcome).toBe('pass');
    const [clean, robust] = evaluateGates(after, { baseline: before }) ?? [];
    expect(clean?.outcome).toBe('pass');
    expect(robust).toMatchObject({ outcome: 'cannot-tell', counts: 'fail', text: expect.stringMatching(why) });
  });

  it('of a check that could not decide shows no more than it bears', () => {
    const undecided = (result: AuditResult): AuditResult => ({
      ...result,
      checks: result.checks.map((check) => (check.id === 'evasion' ? { ...check, status: 'undecided', reason: 'Too few.' } : check)),
    });
    const lost = run(model(fates(150, 330, 20)));
    const robust = (after: AuditResult, before: AuditResult) => evaluateGates(after, { baseline: before })?.map(({ outcome }) => outcome);
    expect(robust(undecided(HALF), HALF)).toEqual(['pass', 'cannot-tell']);
    expect(robust(undecided(lost), HALF)).toEqual(['pass', 'fail']);
    expect(robust(lost, undecided(HALF))).toEqual(['pass', 'cannot-tell']);
    expect(robust(HALF, undecided(HALF))).toEqual(['pass', 'cannot-tell']);
    expect(gate({ 'evasion.robustAccuracy': ['error', { maxDrop: 0.2 }] }, HALF, undecided(HALF))).toMatchObject({
      outcome: 'cannot-tell',
      text: expect.stringContaining('in the baseline the check is undecided: Too few'),
    });
    const ended: AuditResult = {
      ...HALF,
      checks: HALF.checks.map((check) => (check.id === 'evasion' ? { ...check, status: 'error', reason: 'It died.' } : check)),
    };
    expect(robust(ended, HALF)).toEqual(['pass', 'cannot-tell']);
    expect(robust(HALF, ended)).toEqual(['pass', 'cannot-tell']);
    expect(gate({ 'evasion.robustAccuracy': ['error', { min: 0.2 }] }, ended)?.text).toContain('the check ended in an error: It died');
    expect(gate({ 'evasion.robustAccuracy': ['error', { maxDrop: 0.2 }] }, undecided(HALF), HALF)).toMatchObject({
      outcome: 'cannot-tell',
      text: expect.stringContaining('undecided: Too few'),
    });
  });

  it('a rule about the change takes its place, and `off` leaves it out', () => {
    const after = run(model(fates(235, 245, 20)));
    const rules = { 'evasion.robustAccuracy': ['error', { maxDrop: 0.1 }], 'evasion.cleanAccuracy': 'off' } as const;
    const gates = evaluateGates(after, { rules: { ...rules, 'evasion.robustAccuracy': ['error', { maxDrop: 0.1 }] }, baseline: HALF });
    expect(gates?.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(['maxDrop pass']);
    expect(gates?.[0]?.figure?.value).toBeCloseTo(-0.03, 12);
    expect(gates?.[0]?.text).toMatch(
      /^Change of robust accuracy: −3\.0 points \(95 % interval −4\.9 points to −1\.\d points, n = 500\), on the same/,
    );
  });

  it('a minimum beside it does not', () => {
    expect(evaluateGates(HALF, { rules: { 'evasion.robustAccuracy': ['error', { min: 0.4 }] }, baseline: HALF })).toHaveLength(3);
  });

  it.each([
    [0.02, 'fail'],
    [0.04, 'cannot-tell'],
    [0.06, 'pass'],
  ])('a drop of 3 points where %f is allowed: %s', (maxDrop, outcome) => {
    expect(gate({ 'evasion.robustAccuracy': ['error', { maxDrop }] }, run(model(fates(235, 245, 20))), HALF)?.outcome).toBe(outcome);
  });

  it('other figures are compared by their intervals', () => {
    const later = structuredClone(HALF);
    const p99 = later.checks.find(({ id }) => id === 'latency')?.timings?.metrics.p99;
    if (p99) Object.assign(p99, { value: 16.4, low: 15.2, high: 19.8 });
    // +4, from −√(1.2² + 3.4²) to +√(3.4² + 1.2²).
    const found = gate({ 'latency.p99': ['error', { maxRise: 8 }] }, later, HALF);
    expect(found).toMatchObject({ outcome: 'pass', comparison: { paired: false, pValue: null } });
    expect(found?.figure?.high).toBeCloseTo(4 + Math.hypot(3.4, 1.2), 12);
    expect(gate({ 'latency.p99': ['error', { maxRise: 3 }] }, later, HALF)?.outcome).toBe('fail');
    expect(gate({ 'latency.memory': ['error', { maxRise: 0 }] }, later, HALF)?.outcome).toBe('pass');
  });

  it('a model that the baseline lacks is matched by position, or cannot be told', () => {
    const renamed = run(model(fates(250, 230, 20), { name: 'new name' }));
    expect(evaluateGates(renamed, { baseline: HALF })?.map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
    const two = run(model(fates(250, 230, 20)), model(fates(1, 1, 1), { name: 'second' }));
    expect(evaluateGates(two, { baseline: HALF })?.map(({ model: name, outcome }) => `${name} ${outcome}`)).toEqual([
      'net pass',
      'net pass',
      'second cannot-tell',
      'second cannot-tell',
    ]);
  });
});

it('nothing asked is nothing answered', () => expect(evaluateGates(HALF, {})).toBeUndefined());
