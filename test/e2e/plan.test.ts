/** `gibbon plan` looks, attacks nothing, and says what an audit then does. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ATTACKS } from '../../src/attacks/registry.ts';
import { CHECKS } from '../../src/audit/checks/registry.ts';
import type { WholePlan } from '../../src/audit/whole-plan.ts';
import { DEMO, gibbon } from '../support/cli.ts';

const ARGS = [
  'plan',
  DEMO.natural,
  '--data',
  DEMO.images,
  '--labels',
  DEMO.labels,
  '--preset',
  'quick',
  '--threat',
  'camera-in-the-street',
];

it('fits 80 columns, names everything once, and writes nothing', async () => {
  const ended = await gibbon([...ARGS, '--skip', 'noise-baseline']);
  expect(ended.code, ended.stderr).toBe(0);
  for (const line of ended.stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
  for (const { id } of CHECKS) expect(ended.stdout.match(new RegExp(`^  ${id} `, 'gm')), id).toHaveLength(1);
  for (const { id } of ATTACKS) expect(ended.stdout.match(new RegExp(`^  ${id} `, 'gm')), id).toHaveLength(1);
  expect(ended.stdout).toContain('It was left out by name');
  expect(readdirSync(ended.cwd)).toEqual([]);
});

it('as JSON says the same for programs', async () => {
  const ended = await gibbon([...ARGS, '--json', '-', '--n', '30']);
  expect(ended.code, ended.stderr).toBe(0);
  const [plan] = JSON.parse(ended.stdout) as WholePlan[];
  expect(plan?.data).toMatchObject({ n: 30, of: 1000, modality: 'image' });
  expect(plan?.attacks.map(({ id, examples }) => [id, examples])).toEqual([
    ['uniform-noise', 30],
    ['hop-skip-jump', 30],
  ]);
  expect(plan?.total).toEqual({ queries: 30 + 30 * 1000, gradients: 0 });
  expect([...(plan?.checks ?? []), ...(plan?.checksLeftOut ?? [])]).toHaveLength(CHECKS.length);
  expect(plan?.checksLeftOut.find(({ id }) => id === 'model-file')?.reason).toContain('not the model file');
});
