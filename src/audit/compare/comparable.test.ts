import { describe, expect, it } from 'vitest';
import { proportion } from '../../stats/proportion.ts';
import { STRONGEST } from '../../threat/threat-model.ts';
import { model, run } from '../gates/testing/runs.ts';
import type { AttackResult, AuditResult, ModelResult } from '../result.ts';
import { against, incomparable } from './comparable.ts';

const NET = model(Array<'r'>(100).fill('r'));
const TEMPLATE = NET.attacks[0] as AttackResult;
const attack = (id: string, params: Record<string, unknown> = {}, n = 100): AttackResult => ({
  ...TEMPLATE,
  id,
  name: id.toUpperCase(),
  params,
  successRate: proportion(0, n),
});
const RUN = run(NET);
const side = (parts: Partial<ModelResult>, checks: AuditResult['checks'] = RUN.checks) => ({
  run: RUN.run,
  model: { ...NET, ...parts },
  checks,
});
const of = (before: Partial<ModelResult>, after: Partial<ModelResult>): string | undefined => incomparable(side(before), side(after));
const PGD = attack('pgd', { steps: 40, restarts: 5, loss: 'cross-entropy' });
const MARGIN = attack('pgd', { steps: 40, restarts: 2, loss: 'margin' });
const crash = { name: 'PGD', reason: 'the worker died' };
const spent = { name: 'SQUARE', reason: '1000 queries were used up' };

describe('attacks', () => {
  it.each<[string, AttackResult[], AttackResult[], RegExp | undefined]>([
    ['the same', [PGD, MARGIN], [PGD, MARGIN], undefined],
    ['in another order', [PGD, MARGIN], [MARGIN, PGD], undefined],
    ['more of them', [PGD], [PGD, MARGIN, attack('square')], undefined],
    ['one that is missing', [PGD, attack('square')], [PGD], /no figures of SQUARE, which the baseline ran/],
    ['one of two of a kind that is missing', [PGD, MARGIN], [PGD], /no figures of PGD/],
    [
      'fewer steps',
      [PGD],
      [attack('pgd', { ...PGD.params, steps: 20 })],
      /PGD ran in the baseline with steps 40, in this run with steps 20/,
    ],
    ['more steps', [PGD], [attack('pgd', { ...PGD.params, steps: 80 })], undefined],
    ['another loss, harder or not', [PGD], [attack('pgd', { ...PGD.params, loss: 'margin' })], /loss "cross-entropy".*loss "margin"/],
    ['a limit where there was none', [attack('charmer')], [attack('charmer', { maxQueries: 9 })], /maxQueries as usual.*maxQueries 9/],
    ['fewer examples by plan', [attack('hop-skip-jump', {}, 20)], [attack('hop-skip-jump', {}, 10)], undefined],
  ])('%s', (_, before, after, why) => {
    const found = of({ attacks: before }, { attacks: after });
    if (why === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(why);
  });
});

describe('what was not finished', () => {
  it('in this run only', () => {
    expect(of({}, { attacksCut: [crash] })).toBe('this run did not finish PGD (the worker died)');
    expect(of({ attacksCut: [crash] }, {})).toBeUndefined();
    expect(of({ attacksCut: [crash] }, { attacksCut: [crash, spent] })).toMatch(/did not finish SQUARE/);
  });

  it('in both runs: as many of the examples have to be tried', () => {
    const tried = (n: number): Partial<ModelResult> => ({ attacks: [attack('pgd', {}, n)], attacksCut: [crash] });
    expect(of(tried(64), tried(64))).toBeUndefined();
    expect(of(tried(64), tried(80))).toBeUndefined();
    expect(of(tried(64), tried(32))).toMatch(/64 % of the examples that were right, in this run with 32 %/);
  });

  it('as earlier versions said it', () => {
    const finding = { id: 'incomplete', severity: 'high', category: 'evidence', title: 'A part failed', text: '', remedies: [] } as const;
    expect(of({}, { findings: [{ ...finding, remedies: [] }] })).toMatch(/did not finish its attacks \(A part failed\)/);
  });
});

describe('the attacker', () => {
  const threat = (parts: object): Partial<ModelResult> => ({ threat: { ...NET.threat, model: { ...STRONGEST, ...parts } } });
  const goal = (target: number | null) => ({ goal: { ...STRONGEST.goal, target } });

  it('wants another class, or may ask less', () => {
    expect(of(threat(goal(null)), threat(goal(3)))).toMatch(/wanted/);
    expect(of(threat(goal(2)), threat(goal(3)))).toMatch(/wanted/);
    expect(of(threat(goal(3)), threat(goal(3)))).toBeUndefined();
    const asks = (queries: number | null) => threat({ capability: { ...STRONGEST.capability, queries } });
    expect(of(asks(null), asks(500))).toMatch(/may ask 500 questions/);
    expect(of(asks(500), asks(1000))).toBeUndefined();
  });

  it('finds more columns fixed', () => {
    const columns = (...fixed: string[]): Partial<ModelResult> => ({
      threat: {
        ...NET.threat,
        columns: ['age', 'sex'].map((column) => ({
          column,
          kind: 'number',
          movable: !fixed.includes(column),
          epsilon: 1,
          range: [0, 1],
          group: null,
        })),
      },
    });
    expect(of(columns(), columns('sex'))).toBe('in the baseline the attacker could change sex, in this run not');
    expect(of(columns('sex'), columns())).toBeUndefined();
  });

  it('matters to figures under attack only, and to those of whoever asks only by what is seen', () => {
    const [before, after] = [side({ attacks: [PGD] }), side({ attacks: [] })];
    const why = (check: string, figure: string) => against({ check, figure }, before, after);
    for (const [check, figure] of [
      ['evasion', 'robustAccuracy'],
      ['calibration', 'adversarialConfidence'],
      ['gradient-masking', 'beatenByScores'],
      ['group-robustness', 'gap'],
    ] as const)
      expect(why(check, figure), check).toMatch(/no figures of PGD/);
    for (const [check, figure] of [
      ['evasion', 'cleanAccuracy'],
      ['calibration', 'ece'],
      ['latency', 'p99'],
      ['membership', 'auc'],
    ] as const)
      expect(why(check, figure), check).toBeUndefined();
    const sees = (knowledge: 'scores' | 'labels') => side(threat({ knowledge: { model: knowledge, trainingData: true } }));
    expect(against({ check: 'membership', figure: 'auc' }, sees('scores'), sees('labels'))).toMatch(/saw scores, that of this run labels/);
    expect(against({ check: 'membership', figure: 'auc' }, sees('labels'), sees('scores'))).toBeUndefined();
  });
});

describe('a check with other parameters, or in another preset', () => {
  const ran = (params: Record<string, unknown>, preset = 'standard') => {
    const found = side(
      {},
      RUN.checks.map((check) => ({ ...check, id: check.id === 'latency' ? 'corruptions' : check.id, params })),
    );
    return { ...found, run: { ...found.run, preset } };
  };
  const why = (before: ReturnType<typeof ran>, after: ReturnType<typeof ran>, figure = 'meanCorruptionError') =>
    against({ check: 'corruptions', figure }, before, after);

  it('tried something else', () => {
    expect(why(ran({ severities: [1, 5] }), ran({ severities: [1] }))).toMatch(/with severities \[1,5\], in this run with \[1\]/);
    expect(why(ran({ severities: [1] }, 'standard'), ran({ severities: [1] }, 'quick'))).toMatch(/the preset standard, this run quick/);
    expect(why(ran({ severities: [1] }), ran({ severities: [1] }))).toBeUndefined();
    expect(why(ran({ severities: [1, 5] }), ran({ severities: [1] }), 'cleanAccuracy')).toBeUndefined();
  });

  it('but not where it only looked at other examples, or knows a new parameter', () => {
    expect(why(ran({ examples: 90 }), ran({ examples: 100 }))).toBeUndefined();
    expect(why(ran({}), ran({ invented: true }))).toBeUndefined();
  });
});
