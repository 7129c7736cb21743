/** Metrics of groups equal those of AIF360 and Aequitas on real tables: Adult, German credit, COMPAS. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupPerformance } from '../../src/audit/checks/fairness/group-performance.ts';
import type { DetailOf } from '../../src/audit/details.ts';
import { runCheck } from '../../src/audit/run-checks.ts';
import { contextOf } from '../../src/audit/testing/check-context.ts';
import { readGroups } from '../../src/data/groups.ts';
import { columnName } from '../../src/data/table.ts';
import { openTable } from '../../src/data/table-dataset.ts';
import { readTable } from '../../src/data/table-file.ts';
import * as compare from '../../src/fairness/comparisons.ts';
import { differentialFairness } from '../../src/fairness/differential.ts';
import { betweenGroupEntropy, generalizedEntropyIndex, theilIndex } from '../../src/fairness/entropy.ts';
import { joined, type Outcome, type Outcomes, outcomesOf, sizeOfOutcomes } from '../../src/fairness/outcomes.ts';
import { RATES, type RateName, rate } from '../../src/fairness/rates.ts';
import { reweighing } from '../../src/fairness/reweighing.ts';

const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
const TABLES = join(FIXTURES, 'tabular');
const absent = !existsSync(TABLES);
const because = absent ? ` (skipped: nothing at ${TABLES})` : '';
const golden = (name: string): unknown => JSON.parse(readFileSync(join(TABLES, 'golden', name), 'utf8'));

/** A person: was the outcome favourable, is the person privileged, by attribute. */
interface Person {
  readonly favourable: boolean;
  readonly privileged: Readonly<Record<string, boolean>>;
}

async function rowsOf(file: string): Promise<Record<string, string>[]> {
  const table = await readTable(join(TABLES, file));
  return table.rows.map((row) => Object.fromEntries(row.map((cell, at) => [columnName(table, at), cell])));
}

/** Both parts, without rows that lack a cell, as AIF360 reads them. */
async function adult(): Promise<Person[]> {
  const rows = [...(await rowsOf('adult.data')), ...(await rowsOf('adult.test'))];
  const complete = rows.filter((row) => !Object.values(row).includes('?'));
  return complete.map((row) => ({
    favourable: (row['column 15'] as string).startsWith('>50K'),
    privileged: { sex: row['column 10'] === 'Male', race: row['column 9'] === 'White' },
  }));
}

async function german(older: (age: number) => boolean): Promise<Person[]> {
  return (await rowsOf('german.data')).map((row) => ({
    favourable: row['column 21'] === '1',
    privileged: { age: older(Number(row['column 13'])), sex: ['A91', 'A93', 'A94'].includes(row['column 9'] as string) },
  }));
}

/** ProPublica's filter, and no missing cell. */
async function compas(): Promise<Person[]> {
  const rows = (await rowsOf('compas_two_years_deidentified.csv')).filter(
    (row) =>
      Math.abs(Number(row.days_b_screening_arrest || Number.NaN)) <= 30 &&
      row.is_recid !== '-1' &&
      row.c_charge_degree !== 'O' &&
      row.score_text !== 'N/A' &&
      row.c_charge_desc !== '',
  );
  return rows.map((row) => ({
    favourable: row.two_year_recid === '0',
    privileged: { race: row.race === 'Caucasian', sex: row.sex === 'Female' },
  }));
}

/** The data's own outcomes take the place of decisions. */
const asDecided = (people: readonly Person[]): Outcome[] => people.map(({ favourable }) => ({ right: favourable, decided: favourable }));

interface DatasetGolden {
  readonly n: number;
  readonly base_rate: number;
  readonly base_rate_priv: number;
  readonly base_rate_unpriv: number;
  readonly spd: number;
  readonly di: number;
  readonly edf: number;
  readonly w: { readonly p_fav: number; readonly p_unfav: number; readonly up_fav: number; readonly up_unfav: number };
}

describe.skipIf(absent)(`AIF360's dataset metrics${because}`, () => {
  const all = absent ? {} : (golden('fairness_dataset_metrics_aif360.json') as Record<string, DatasetGolden>);
  const near = (found: number, expected: number): void =>
    expect(Math.abs(found - expected), `${found} for ${expected}`).toBeLessThanOrEqual(1e-9);

  it.each([
    ['adult_sex', adult, 'sex'],
    ['adult_race', adult, 'race'],
    ['german_age_gt25', () => german((age) => age > 25), 'age'],
    ['german_age_ge25', () => german((age) => age >= 25), 'age'],
    ['german_sex', () => german((age) => age > 25), 'sex'],
    ['compas_race', compas, 'race'],
    ['compas_sex', compas, 'sex'],
  ] as const)('%s', async (name, read, attribute) => {
    const expected = all[name] as DatasetGolden;
    const people = await read();
    expect(people).toHaveLength(expected.n);
    const of = (wanted: boolean): Outcomes => outcomesOf(asDecided(people.filter(({ privileged }) => privileged[attribute] === wanted)));
    const [unprivileged, privileged] = [of(false), of(true)];
    near(rate('baseRate', joined([unprivileged, privileged])), expected.base_rate);
    near(rate('baseRate', privileged), expected.base_rate_priv);
    near(rate('baseRate', unprivileged), expected.base_rate_unpriv);
    near(compare.statisticalParityDifference(unprivileged, privileged), expected.spd);
    near(compare.disparateImpact(unprivileged, privileged), expected.di);
    const [up, p] = reweighing([unprivileged, privileged]) as [ReturnType<typeof reweighing>[0], ReturnType<typeof reweighing>[0]];
    for (const [found, wanted] of [
      [p.favourable, expected.w.p_fav],
      [p.unfavourable, expected.w.p_unfav],
      [up.favourable, expected.w.up_fav],
      [up.unfavourable, expected.w.up_unfav],
    ] as const)
      near(found, wanted);
    // Weighted examples: parity to rounding, as AIF360 finds it.
    const weighted = (wanted: boolean, { favourable, unfavourable }: { favourable: number; unfavourable: number }): Outcomes =>
      outcomesOf(
        people
          .filter(({ privileged: own }) => own[attribute] === wanted)
          .map((person) => ({
            right: person.favourable,
            decided: person.favourable,
            weight: person.favourable ? favourable : unfavourable,
          })),
      );
    near(compare.statisticalParityDifference(weighted(false, up), weighted(true, p)), 0);
    near(compare.disparateImpact(weighted(false, up), weighted(true, p)), 1);
    // Over the intersections of both attributes, or of the one that the golden's data set was given.
    const crossed = name === 'german_age_ge25' ? ['age'] : Object.keys(people[0]?.privileged ?? {});
    const cells = new Map<string, Person[]>();
    for (const person of people) {
      const key = crossed.map((one) => person.privileged[one]).join();
      const own = cells.get(key) ?? [];
      own.push(person);
      cells.set(key, own);
    }
    near(differentialFairness([...cells.values()].map((own) => RATES.baseRate(outcomesOf(asDecided(own))))), expected.edf);
  });
});

describe.skipIf(absent)(`AIF360's classification metrics${because}`, () => {
  it('of logistic regression on the last 300 rows of German credit, by age', async () => {
    const { german_age: expected } = golden('fairness_lr_before_after_aif360.json') as { german_age: { before: Record<string, number> } };
    const people = (await rowsOf('golden/german_encoded_aif360.csv')).slice(700);
    const scores = readFileSync(join(TABLES, 'golden/german_lr_test_scores.csv'), 'utf8').trim().split(/\s+/).map(Number);
    expect(scores).toHaveLength(people.length);
    const of = (age: string): Outcomes =>
      outcomesOf(
        people.flatMap((row, i) => (row.age === age ? [{ right: row.good_credit === '1', decided: (scores[i] as number) > 0.5 }] : [])),
      );
    const [young, old] = [of('0'), of('1')];
    const whole = joined([young, old]);
    const { ppv_unpriv: ppv, ppv_priv: reference } = expected.before;
    expect(compare.predictiveParityDifference(young, old)).toBeCloseTo((ppv as number) - (reference as number), 10);
    expect({
      accuracy: rate('accuracy', whole),
      balanced_accuracy: (rate('truePositiveRate', whole) + rate('trueNegativeRate', whole)) / 2,
      spd: compare.statisticalParityDifference(young, old),
      di: compare.disparateImpact(young, old),
      eod: compare.equalOpportunityDifference(young, old),
      aod: compare.averageOddsDifference(young, old),
      abs_aod: (Math.abs(compare.equalOpportunityDifference(young, old)) + Math.abs(compare.falsePositiveRateDifference(young, old))) / 2,
      fpr_diff: compare.falsePositiveRateDifference(young, old),
      eqodds: compare.equalizedOddsDifference(young, old),
      ppv_priv: rate('positivePredictiveValue', old),
      ppv_unpriv: rate('positivePredictiveValue', young),
      theil: theilIndex(whole),
      gei2: generalizedEntropyIndex(whole, 2),
      bg_theil: betweenGroupEntropy([young, old], 1),
      tpr_priv: rate('truePositiveRate', old),
      tpr_unpriv: rate('truePositiveRate', young),
      fpr_priv: rate('falsePositiveRate', old),
      fpr_unpriv: rate('falsePositiveRate', young),
    }).toEqual(Object.fromEntries(Object.entries(expected.before).map(([name, value]) => [name, expect.closeTo(value, 10)])));
  });
});

/** Aequitas's names of rates; its `pprev` is the selection rate. */
const AEQUITAS: readonly (readonly [name: string, rate: RateName])[] = [
  ['tpr', 'truePositiveRate'],
  ['fpr', 'falsePositiveRate'],
  ['fnr', 'falseNegativeRate'],
  ['tnr', 'trueNegativeRate'],
  ['precision', 'positivePredictiveValue'],
  ['fdr', 'falseDiscoveryRate'],
  ['npv', 'negativePredictiveValue'],
  ['for', 'falseOmissionRate'],
  ['pprev', 'selectionRate'],
  ['prev', 'baseRate'],
];

describe.skipIf(absent)(`Aequitas on its file of Adult predictions${because}`, () => {
  const { groups } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../assets/fairness/adult-aequitas.json'), 'utf8')) as {
    groups: readonly (Readonly<Record<string, number>> & { readonly attribute: string; readonly group: string })[];
  };

  it.each(['gender', 'race'])('by %s', async (attribute) => {
    const path = join(TABLES, 'adult_rf_binary_aequitas.csv');
    const table = await readTable(path);
    const at = (name: string): number => table.header?.indexOf(name) as number;
    const dataset = await openTable({ path, table: { label: at('label_value'), columns: [at('score')], texts: [] } });
    const [grouping] = await readGroups({ columns: [attribute] }, { path }, dataset);
    const of = (group: string): Outcomes =>
      outcomesOf(
        (grouping?.of ?? []).flatMap((own, i) =>
          own === group ? [{ right: dataset.labels?.[i] === 1, decided: dataset.values(0)[i] === 1 }] : [],
        ),
      );
    const expected = groups.filter((one) => one.attribute === attribute);
    const reference = of(attribute === 'gender' ? 'Male' : 'White');
    expect(expected.length).toBeGreaterThan(1);
    expect(expected.reduce((sum, { group_size: n = 0 }) => sum + n, 0)).toBe(9769);
    for (const one of expected) {
      const own = of(one.group);
      expect({ ...own, group_size: sizeOfOutcomes(own) }).toEqual({
        tp: one.tp,
        fp: one.fp,
        fn: one.fn,
        tn: one.tn,
        group_size: one.group_size,
      });
      for (const [name, ours] of AEQUITAS) {
        expect(rate(ours, own), `${one.group} ${name}`).toBeCloseTo(one[name] as number, 10);
        const disparity = one[`${name}_disparity`];
        if (disparity !== undefined)
          expect(rate(ours, own) / rate(ours, reference), `${one.group} ${name} disparity`).toBeCloseTo(disparity, 10);
      }
    }
  });

  it('gives what the check says of the same decisions', async () => {
    const rows = await rowsOf('adult_rf_binary_aequitas.csv');
    const people = rows.map((row) => ({
      right: Number(row.label_value),
      decided: Number(row.score),
      groups: [row.gender as string, row.race as string],
    }));
    const { context } = contextOf({ people, attributes: ['gender', 'race'] });
    const { result } = await runCheck(groupPerformance, { ...context, params: { draws: 100, depth: 1, minimum: 2 } });
    const all = result.details.find(({ title }) => title.startsWith('All figures')) as DetailOf<'table'>;
    const value = (one: { attribute: string; group: string }, figure: string): unknown =>
      all.rows.find(([attribute, group, name]) => attribute === one.attribute && group === one.group && name === figure)?.[4];
    for (const one of groups) {
      for (const [figure, name] of [
        ['Selection rate', 'pprev'],
        ['True positive rate', 'tpr'],
        ['False positive rate', 'fpr'],
        ['False negative rate', 'fnr'],
        ['Precision', 'precision'],
        ['Base rate', 'prev'],
      ] as const)
        expect(value(one, figure), `${one.group} ${figure}`).toBeCloseTo(one[name] as number, 10);
    }
    const men = groups.find(({ group }) => group === 'Male');
    const women = groups.find(({ group }) => group === 'Female');
    expect(result.metrics['disparateImpact.gender']?.value).toBeCloseTo((men?.pprev as number) / (women?.pprev as number), 10);
    expect(result.status).toBe('fail');
  });
});
