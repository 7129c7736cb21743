/** Budgets end checks early, say so, and end them at the same place for any number of workers. */
import { describe, expect, it } from 'vitest';
import { ATTACKS_ONLY, DEMO, gibbon, resultIn, runFolder } from '../support/cli.ts';

const ARGS = [
  'audit',
  DEMO.adversarial,
  '--data',
  DEMO.images,
  '--labels',
  DEMO.labels,
  '--n',
  '150',
  '--preset',
  'quick',
  ...ATTACKS_ONLY,
];

async function within(...flags: string[]) {
  const ended = await gibbon([...ARGS, ...flags]);
  expect(ended.code, ended.stderr).toBe(0);
  const { models } = resultIn(runFolder(ended.cwd));
  return models[0] as (typeof models)[number];
}

describe('a budget of gradients', () => {
  it('stops attacks, leaves the verdict open, and does not depend on the workers', async () => {
    const one = await within('--max-gradients', '400', '--workers', '1');
    expect(one.summary.verdict).toBe('undecided');
    expect(one.findings.map(({ id }) => id)).toContain('budget-spent');
    // What a later run is held against: names of what was not finished, the curve included.
    expect(one.attacksCut?.map(({ name }) => name)).toContain('accuracy against epsilon');
    expect(one.attacksCut?.[0]?.reason).toBe('400 gradients were used up');
    const spent = one.attacks.reduce((sum, { gradients }) => sum + gradients, 0);
    // A slice of 64 rows that has begun is finished: at most 20 steps each.
    expect(spent).toBeGreaterThanOrEqual(400);
    expect(spent).toBeLessThan(400 + 64 * 20);
    const two = await within('--max-gradients', '400', '--workers', '2');
    expect(two).toEqual(one);
  });

  it('that is large enough changes nothing', async () => {
    // More than one slice of 64 rows.
    const n = ['--n', '70'];
    const [free, rich] = [
      await within(...n),
      await within(...n, '--max-gradients', '1000000', '--max-queries', '1000000', '--max-seconds', '600'),
    ];
    expect(rich.summary).toEqual(free.summary);
    expect(rich.samples).toEqual(free.samples);
    expect(rich.attacksCut).toBeUndefined();
  });
});

it('a budget of queries that only noise fits in', async () => {
  const { summary, attacks } = await within('--max-queries', '100');
  expect(summary.verdict).toBe('undecided');
  expect(attacks.map(({ id }) => id)).toEqual(['uniform-noise']);
});

it.each(['0', '-1', 'soon'])('--max-seconds %s is no budget', async (text) => {
  const ended = await gibbon([...ARGS, `--max-seconds=${text}`]);
  expect(ended.code).toBe(2);
});
