/** A search of trees that claims too much does not get past the untouched model, and whole numbers at the very end of a certificate are no contradiction. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORTS } from '../../../test/support/exports.ts';
import type { AttackSample } from '../../attacks/attack.ts';
import type { minimalRadius } from '../../certify/trees/radius.ts';
import type { RowForest } from '../../certify/trees/row-forest.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import { prepare } from '../prepare.ts';
import { type Subject, type SubjectSpec, subjectOf } from '../subject.ts';
import { treesOf } from '../tasks/certify.ts';
import { attackSamples, type Opened, opener } from '../work.ts';
import type { CertifyOrder, CertifyReply } from './order.ts';
import { certifiedTrees } from './prove-trees.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-prove-trees-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec: SubjectSpec = {
  model: join(EXPORTS, 'lightgbm-digits.onnx'),
  data: { path: join(EXPORTS, 'data/digits.csv') },
  flags: {},
  threads: 1,
  seed: 0,
};

let subject: Subject;
let opened: Opened;
let trees: RowForest;
let sample: AttackSample;
beforeAll(async () => {
  const prepared = await prepare(spec, ortNode);
  subject = subjectOf(spec, prepared);
  opened = await opener(ortNode)(subject);
  trees = (await treesOf(subject, ortNode)) as RowForest;
  [sample] = (await attackSamples(opened, [{ index: 0, label: prepared.labels[0] as number }])) as [AttackSample];
});

const settle = (over: Partial<CertifyOrder>, search?: typeof minimalRadius): Promise<CertifyReply> => {
  const order: CertifyOrder = {
    subject,
    model: { name: 'digits', sha256: 'abc' },
    norm: 'linf',
    epsilon: 0.1,
    method: 'auto',
    budget: 60,
    attacks: true,
    folder,
    ...over,
  };
  const certifier = { opened, order, trees, alive: () => {}, ...(search && { search }) };
  return certifiedTrees(certifier, sample, { upper: undefined, isBroken: false });
};

describe('an example of boosted trees over whole numbers', () => {
  it('is certified up to the very step that breaks it, which the cross-examination does not take', async () => {
    const { lower, upper, witness, contradiction } = await settle({ most: 1 });
    expect(contradiction).toBeUndefined();
    expect(witness).toBeUndefined();
    expect((upper as number) / lower - 1).toBeLessThan(1e-15);
    expect(await settle({ epsilon: lower })).toMatchObject({ status: 'certified', lower });
    const broken = await settle({ epsilon: upper as number });
    expect(broken).toMatchObject({ status: 'attacked', upper, witness: { attack: 'trees' } });
    expect(broken.witness?.label).not.toBe(sample.label);
  });

  it('keeps what an attack of the audit broke, and looks no further where nobody asks for radii', async () => {
    const order: CertifyOrder = {
      subject,
      model: { name: 'd', sha256: 'a' },
      norm: 'linf',
      epsilon: 1,
      method: 'auto',
      budget: 60,
      attacks: false,
    };
    const reply = await certifiedTrees({ opened, order, trees, alive: () => {} }, sample, { upper: 0.5, isBroken: true });
    expect(reply).toMatchObject({ status: 'attacked', upper: 0.5, lower: 0, method: null });
  });
});

it('a search that finds nothing anywhere is contradicted, and the case kept', async () => {
  const nothing: typeof minimalRadius = async () => ({
    lower: Number.POSITIVE_INFINITY,
    upper: Number.POSITIVE_INFINITY,
    witness: undefined,
    explored: 1,
    other: 0,
    by: 'nothing',
  });
  const { contradiction } = await settle({ epsilon: 2 }, nothing);
  expect(contradiction?.answered).not.toBe(sample.label);
  expect(existsSync(contradiction?.file ?? '')).toBe(true);
});
