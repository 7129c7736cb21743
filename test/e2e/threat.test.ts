/** What is said of the attacker decides what runs, and stands in the result. */
import { expect, it } from 'vitest';
import { ATTACKS_ONLY, DEMO, gibbon, resultIn, runFolder } from '../support/cli.ts';

const ARGS = ['audit', DEMO.natural, '--data', DEMO.images, '--labels', DEMO.labels, '--n', '20', '--preset', 'quick', ...ATTACKS_ONLY];

it('an attacker who sees labels asks for labels, and is named in the result', async () => {
  const ended = await gibbon([...ARGS, '--threat', 'upload-api', '--knowledge', 'labels']);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toContain('threat model: upload api');
  const model = resultIn(runFolder(ended.cwd)).models[0] as ReturnType<typeof resultIn>['models'][number];
  expect(model.attacks.map(({ id }) => id)).toEqual(['uniform-noise', 'hop-skip-jump']);
  expect(model.attacks[1]?.params.maxQueries).toBe(1000);
  expect(model.attacks.reduce((sum, { gradients }) => sum + gradients, 0)).toBe(0);
  expect(model.attacksLeftOut?.find(({ id }) => id === 'pgd')?.reason).toContain('takes gradients');
  expect(model.threat).toMatchObject({ knowledge: 'labels', access: 'the API', model: { preset: 'upload-api', isAssumed: false } });
  expect(model.threat.description).toContain('sees only the decisions');
  // Beyond epsilon nothing was tried.
  expect(model.curve.at(-1)?.epsilon).toBe(0.3);
});

it('a goal that evasion does not serve leaves it out, with the reason', async () => {
  const ended = await gibbon([...ARGS, '--goal', 'confidentiality']);
  expect([0, 3], ended.stderr).toContain(ended.code);
  const { checks, summary } = resultIn(runFolder(ended.cwd));
  const evasion = checks.find(({ id }) => id === 'evasion');
  expect(evasion).toMatchObject({ status: 'not-applicable' });
  expect(evasion?.reason).toBe('The threat model leaves it out: wrong decisions (integrity) is no goal in it.');
  expect(summary.headline).toContain('no attack was run');
});
