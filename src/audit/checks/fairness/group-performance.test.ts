/** The check on planted and on honest models: it finds what was planted, says what it cannot tell, and raises no alarm where there is nothing. */
import { describe, expect, it } from 'vitest';
import { equalOpportunityDifference, statisticalParityDifference } from '../../../fairness/comparisons.ts';
import { outcomesOf } from '../../../fairness/outcomes.ts';
import { keyedRng } from '../../../rng/rng.ts';
import type { CheckResult } from '../../check-result.ts';
import { runCheck } from '../../run-checks.ts';
import { contextOf, type Person, type Stage } from '../../testing/check-context.ts';
import { groupPerformance } from './group-performance.ts';

/** So many people of a group, with shares that are exact. */
interface Block {
  readonly groups: readonly (string | null)[];
  readonly n: number;
  readonly base: number;
  readonly tpr: number;
  readonly fpr: number;
}

function people({ groups, n, base, tpr, fpr }: Block): Person[] {
  const yes = Math.round(n * base);
  const decided = (count: number, share: number): number[] =>
    Array.from({ length: count }, (_, i) => Number(i < Math.round(count * share)));
  return [
    ...decided(yes, tpr).map((one) => ({ right: 1, decided: one, groups })),
    ...decided(n - yes, fpr).map((one) => ({ right: 0, decided: one, groups })),
  ];
}

async function checked(stage: Partial<Stage> & { people: readonly Person[] }, params: Record<string, unknown> = {}): Promise<CheckResult> {
  const { context } = contextOf({ attributes: ['sex'], classNames: ['refuse', 'grant'], ...stage });
  return (await runCheck(groupPerformance, { ...context, params })).result;
}

const value = ({ metrics }: CheckResult, name: string): number => metrics[name]?.value as number;
const finding = ({ findings }: CheckResult, id: string) => findings.find((one) => one.id === id);

const MEN: Block = { groups: ['m'], n: 1000, base: 0.5, tpr: 0.9, fpr: 0.1 };
const WOMEN: Block = { ...MEN, groups: ['f'], n: 600 };

describe('group-performance', () => {
  it('passes where groups get the same', async () => {
    const result = await checked({ people: [...people(MEN), ...people(WOMEN)] });
    expect(result.status).toBe('pass');
    expect(result.findings).toEqual([]);
    expect(value(result, 'disparateImpact')).toBeCloseTo(1, 12);
    expect(value(result, 'worstGroupAccuracy')).toBeCloseTo(0.9, 12);
    expect(Object.keys(result.metrics)[0]).toBe('worstGroupAccuracy');
  });

  it('finds groups whose right to the favourable class is missed, with the figures of both', async () => {
    const all = [...people(MEN), ...people({ ...WOMEN, tpr: 0.5 })];
    const result = await checked({ people: all });
    expect(result.status).toBe('fail');
    const of = (group: string) =>
      outcomesOf(
        all.filter(({ groups }) => groups[0] === group).map(({ right, decided }) => ({ right: right === 1, decided: decided === 1 })),
      );
    expect(value(result, 'equalOpportunityDifference')).toBeCloseTo(-equalOpportunityDifference(of('f'), of('m')), 12);
    expect(value(result, 'statisticalParityDifference')).toBeCloseTo(-statisticalParityDifference(of('f'), of('m')), 12);
    expect(value(result, 'equalizedOddsDifference')).toBeCloseTo(0.4, 12);
    expect(result.metrics.equalOpportunityDifference?.low).toBeGreaterThan(0.2);
    const found = finding(result, 'equal-opportunity');
    expect(found).toMatchObject({ severity: 'high', category: 'fairness' });
    expect(found?.title).toContain('m is decided so more often than f');
    expect(found?.text).toMatch(/"grant" for f in 50\.0 % .*for m in 90\.0 %/);
    expect(found?.text).toMatch(/40\.0 points/);
    expect(found?.text).not.toMatch(/[{}]/);
    expect(finding(result, 'disparate-impact')?.severity).toBe('medium');
    const [table] = result.details;
    expect(table).toMatchObject({ kind: 'table', worst: 0, rows: [expect.arrayContaining(['f']), expect.arrayContaining(['m'])] });
  });

  it('does not call a model unfair that is never wrong, but says what the rule says where the class was named', async () => {
    const perfect = [...people({ ...MEN, base: 0.6, tpr: 1, fpr: 0 }), ...people({ ...WOMEN, base: 0.2, tpr: 1, fpr: 0 })];
    const unnamed = await checked({ people: perfect });
    expect(unnamed.status).toBe('pass');
    expect(finding(unnamed, 'disparate-impact')).toMatchObject({ severity: 'info', text: expect.stringContaining('is an assumption') });
    expect(finding(unnamed, 'base-rates')?.text).toContain('cannot all hold');
    const named = await checked({ people: perfect }, { favourable: 'grant' });
    expect(named.status).toBe('warn');
    expect(named.metrics.disparateImpact).toMatchObject({ value: expect.closeTo(1 / 3, 12), baseline: expect.closeTo(1 / 3, 12) });
    expect(named.findings.map(({ severity }) => severity)).toEqual(['medium', 'info']);
    // The model widens what the data has: then it is the model's doing.
    const wider = [...people({ ...MEN, base: 0.6, tpr: 1, fpr: 0.4 }), ...people({ ...WOMEN, base: 0.4, tpr: 0.4, fpr: 0 })];
    expect(finding(await checked({ people: wider }, { favourable: 1 }), 'disparate-impact')?.severity).toBe('high');
  });

  it('takes the other class for favourable where it is told to', async () => {
    const all = [...people(MEN), ...people({ ...WOMEN, tpr: 0.5 })];
    const result = await checked({ people: all }, { favourable: 'REFUSE' });
    expect(value(result, 'falsePositiveRateDifference')).toBeCloseTo(0.4, 12);
    expect(value(result, 'equalOpportunityDifference')).toBeCloseTo(0, 12);
  });

  it('cannot tell from few examples, and says so', async () => {
    const small = { ...MEN, n: 60 };
    const result = await checked({ people: [...people(small), ...people({ ...small, groups: ['f'], n: 50, tpr: 0.7 })] });
    expect(result.status).toBe('undecided');
    expect(result.reason).toMatch(/may be chance/);
    expect(finding(result, 'unresolved')?.severity).toBe('info');
  });

  it('gives no figure of groups that are too small, and no comparison where none is left', async () => {
    const few = { ...WOMEN, n: 12, tpr: 0 };
    const result = await checked({ people: [...people(MEN), ...people({ ...MEN, groups: ['d'] }), ...people(few)] });
    expect(result.status).toBe('pass');
    expect(finding(result, 'small-groups')?.text).toContain('f (sex, n = 12)');
    const rows = result.details.flatMap((one) => (one.kind === 'table' ? one.rows : [])).filter(([name]) => name === 'f');
    expect(rows[0]).toEqual(['f', 12, null, null, null, null, null, null, null]);
    const alone = await checked({ people: [...people(MEN), ...people(few)] });
    expect(alone).toMatchObject({ status: 'not-applicable', reason: expect.stringContaining('at least 20 examples') });
  });

  it('crosses attributes: who is both may fare worse than either shows', async () => {
    const block = (sex: string, race: string, tpr: number): Person[] => people({ groups: [sex, race], n: 400, base: 0.5, tpr, fpr: 0.1 });
    const all = [...block('m', 'a', 0.55), ...block('m', 'b', 0.95), ...block('f', 'a', 0.95), ...block('f', 'b', 0.55)];
    const result = await checked({ people: all, attributes: ['sex', 'race'] });
    expect(finding(result, 'equal-opportunity')?.text).toContain('by sex × race');
    expect(value(result, 'equalizedOddsDifference.sex')).toBeCloseTo(0, 12);
    expect(value(result, 'equalizedOddsDifference.sex-x-race')).toBeCloseTo(0.4, 12);
    expect((await checked({ people: all, attributes: ['sex', 'race'] }, { depth: 1 })).status).toBe('pass');
  });

  it('finds probabilities that mean something else for one group', async () => {
    const sure = people(MEN).map((one) => ({ ...one, confidence: 0.9 }));
    // Right nine times in ten, and sure of the favourable class only: 0.99 where it grants, 0.6 where it refuses.
    const unsure = people(WOMEN).map((one) => ({ ...one, confidence: one.decided === 1 ? 0.99 : 0.6 }));
    const result = await checked({ people: [...sure, ...unsure] });
    expect(finding(result, 'calibration-gap')).toMatchObject({ severity: 'medium' });
    // Half are granted: mean probability of granting (0.99 + 0.4) / 2 against a share of 0.5.
    expect(result.metrics['calibration@sex=f']?.value).toBeCloseTo(0.195, 12);
    const labels = await checked({ people: [...people(MEN), ...people(WOMEN)].map((one) => ({ ...one, confidence: 1 })) });
    expect(Object.keys(labels.metrics).filter((name) => name.startsWith('calibration'))).toEqual([]);
  });

  it('compares the recall of each class where there are several, and selection only for a class that is named', async () => {
    const block = (group: string, right: number, share: number): Person[] =>
      Array.from({ length: 200 }, (_, i) => ({ right, decided: i < 200 * share ? right : (right + 1) % 3, groups: [group] }));
    const all = [0, 1, 2].flatMap((right) => [...block('m', right, 0.9), ...block('f', right, right === 2 ? 0.5 : 0.9)]);
    const stage = { people: all, classes: 3, classNames: ['cat', 'dog', 'cow'] };
    const result = await checked(stage);
    expect(finding(result, 'recall-gap')?.text).toMatch(/"cow" is recognised for f in 50\.0 %/);
    expect(value(result, 'recallDifference')).toBeCloseTo(0.4, 12);
    expect(result.metrics.disparateImpact).toBeUndefined();
    const named = await checked(stage, { favourable: 'cow' });
    expect(value(named, 'disparateImpact')).toBeLessThan(0.8);
    expect(value(named, 'equalOpportunityDifference')).toBeCloseTo(0.4, 12);
  });

  it('counts answers that are no class, and people whose group is not known, for nobody', async () => {
    const lost = people(WOMEN).map((one, i) => (i % 2 === 0 ? { ...one, decided: -1, confidence: Number.NaN } : one));
    const unknown = people({ ...MEN, groups: [null], tpr: 0 });
    const result = await checked({ people: [...people(MEN), ...lost, ...unknown] });
    expect(finding(result, 'accuracy-gap')?.title).toContain('f');
    expect(result.metrics['accuracy@sex=f']?.value).toBeCloseTo(0.45, 2);
    expect(result.metrics.accuracyGap?.n).toBe(1600);
  });

  it('asks about all of the data, once, unless told how many', async () => {
    const all = [...people(MEN), ...people(WOMEN)];
    const { context, asked } = contextOf({ people: all, attributes: ['sex'], chosen: 100 });
    await groupPerformance.run(context);
    expect(asked.sort((a, b) => a - b)).toEqual([...all.keys()].slice(100));
    const limited = contextOf({ people: all, attributes: ['sex'], chosen: 100, options: { n: 100 } });
    await groupPerformance.run(limited.context);
    expect(limited.asked).toEqual([]);
    const wanted = contextOf({ people: all, attributes: ['sex'], chosen: 100 });
    await groupPerformance.run({ ...wanted.context, params: { examples: 300 } });
    expect(wanted.asked.length).toBeLessThanOrEqual(300);
    expect(wanted.asked.length).toBeGreaterThan(150);
  });

  it.each([
    [{ favourable: 'pay' }, /no class pay; there are refuse, grant \[E_USAGE\]/],
    [{ reference: 'x' }, /no group x to compare with; there are m, f \[E_USAGE\]/],
  ])('refuses %j', async (params, reason) => {
    expect(await checked({ people: [...people(MEN), ...people(WOMEN)] }, params)).toMatchObject({
      status: 'error',
      reason: expect.stringMatching(reason),
    });
  });

  it('compares with the group that is named', async () => {
    const result = await checked({ people: [...people(MEN), ...people(WOMEN)] }, { reference: 'f' });
    expect(result.details.map(({ title }) => title)).toContainEqual(expect.stringContaining('compared with f'));
  });

  it('raises no alarm over forty honest models, five groups each, three of them small', async () => {
    const statuses = new Map<string, number>();
    for (let seed = 0; seed < 40; seed++) {
      const rng = keyedRng(seed, 'honest');
      const crowd = [400, 250, 60, 40, 25].flatMap((n, g) =>
        Array.from({ length: n }, (): Person => {
          const right = Number(rng.uniform() < 0.4);
          return {
            right,
            decided: rng.uniform() < 0.85 ? right : 1 - right,
            confidence: 0.85,
            groups: [`${g}`, rng.uniform() < 0.5 ? 'm' : 'f'],
          };
        }),
      );
      const { status } = await checked({ people: crowd, attributes: ['race', 'sex'] }, { draws: 100, favourable: 'grant' });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect((statuses.get('warn') ?? 0) + (statuses.get('fail') ?? 0)).toBe(0);
    expect(statuses.get('pass')).toBeGreaterThanOrEqual(36);
  });
});
