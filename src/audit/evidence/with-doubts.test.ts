/** What a failed check of the evidence does to a verdict. */
import { describe, expect, it } from 'vitest';
import { sampleModel, sampleResult } from '../../report/testing/sample-result.ts';
import { proportion } from '../../stats/proportion.ts';
import type { CheckResult } from '../check-result.ts';
import { share } from '../metric.ts';
import { withDoubts } from './with-doubts.ts';

const [evasion] = sampleResult([sampleModel({ n: 50 })]).checks as [CheckResult];
const checks = (own: CheckResult['status'], evidence: CheckResult['status']): CheckResult[] => [
  { ...evasion, id: 'evasion', status: own, reason: null },
  { ...evasion, id: 'gradient-masking', category: 'evidence', status: evidence, findings: [] },
];

describe('a model', () => {
  it.each(['robust', 'fragile'] as const)('that seems %s is undecided where the evidence fails', (verdict) => {
    const model = sampleModel({ n: 50, broken: verdict === 'robust' ? 0.1 : 0.5, verdict });
    const { result, checks: told } = withDoubts(model, checks('pass', 'fail'));
    expect(result.summary).toMatchObject({ verdict: 'undecided', robustAccuracy: model.summary.robustAccuracy });
    expect(result.summary.headline).toMatch(/^Undecided: the attacks cannot be trusted .*, at most \d+ %/);
    expect(told.map(({ status, reason }) => [status, reason])).toEqual([
      ['undecided', result.summary.headline],
      ['fail', null],
    ]);
    expect(told[0]?.findings.some(({ severity }) => severity === 'pass')).toBe(false);
  });

  it('that fell to something without its gradients is told so, where that leaves less than the attacks did', () => {
    const model = sampleModel({ n: 50, broken: 0.1, verdict: 'robust' });
    const [own, evidence] = checks('pass', 'fail') as [CheckResult, CheckResult];
    const metrics = { beatenByScores: share(proportion(15, 20), { label: 'Fell to scores', better: 'lower' }) };
    const transfer = (count: number): CheckResult => ({
      ...own,
      id: 'transfer',
      metrics: { robustAccuracy: share(proportion(count, 50), { label: 'Accuracy under transfer', better: 'higher' }) },
    });
    const { headline } = withDoubts(model, [own, transfer(20), { ...evidence, metrics }]).result.summary;
    expect(headline).toMatch(/Inputs made on other models leave 40 % of 50 examples\. .*scores.*75 % of the 20 /);
    const open = { ...model, summary: { ...model.summary, verdict: 'undecided' as const, headline: 'Undecided: open.' } };
    const again = withDoubts(open, [{ ...own, status: 'undecided', reason: 'Undecided: open.' }, transfer(20), evidence]);
    expect(again.result.summary.headline).toBe('Undecided: open. Inputs made on other models leave 40 % of 50 examples.');
    expect(again.checks[0]?.reason).toBe(again.result.summary.headline);
    const nothing = { beatenByScores: share(proportion(0, 20), { label: 'Fell to scores', better: 'lower' }) };
    const other = withDoubts(model, [own, transfer(48), { ...evidence, metrics: nothing }]).result.summary.headline;
    expect(other).toBe(withDoubts(model, [own, evidence]).result.summary.headline);
  });

  it('that breaks is broken all the same, and what evasion found stands', () => {
    const broken = sampleModel({ n: 50, broken: 1, verdict: 'broken' });
    expect(withDoubts(broken, checks('fail', 'fail')).result).toBe(broken);
    const fragile = sampleModel({ n: 50, broken: 0.5, verdict: 'fragile' });
    expect(withDoubts(fragile, checks('fail', 'fail')).checks[0]?.status).toBe('fail');
  });

  it('that fell to inputs of other models more than to its own attacks is told so, whatever the evidence says', () => {
    const model = sampleModel({ n: 50, broken: 0.1, verdict: 'robust' });
    const metrics = { robustAccuracy: share(proportion(20, 50), { label: 'Accuracy under transfer', better: 'higher' }) };
    const [own, evidence] = checks('pass', 'pass') as [CheckResult, CheckResult];
    const { result, checks: told } = withDoubts(model, [own, { ...own, id: 'transfer', metrics }, evidence]);
    expect(result.summary.verdict).toBe('robust');
    expect(result.summary.headline).toBe(`${model.summary.headline} Inputs made on other models leave 40 % of 50 examples.`);
    expect(told[0]).toBe(own);
  });

  it.each(['pass', 'warn', 'undecided', 'not-applicable', 'error'] as const)('keeps its verdict where the evidence is %s', (status) => {
    const model = sampleModel({ n: 50, broken: 0.1, verdict: 'robust' });
    const given = checks('pass', status);
    expect(withDoubts(model, given)).toEqual({ result: model, checks: given });
  });
});
