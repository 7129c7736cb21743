/** Tables of members whose columns stand in another order and whose categories are others become the same inputs; what does not fit is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openLike } from '../../src/audit/open-like.ts';
import { prepare } from '../../src/audit/prepare.ts';
import { type Subject, subjectOf } from '../../src/audit/subject.ts';
import { overlapTask } from '../../src/audit/tasks/overlap.ts';
import { opener } from '../../src/audit/work.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { gibbon, put, resultIn, scratch } from '../support/cli.ts';
import { EXPORTS } from '../support/exports.ts';

const MODEL = join(EXPORTS, 'sklearn-columns-credit.onnx');
const CREDIT = join(EXPORTS, 'data/credit.csv');
const open = opener(ortNode);
afterAll(async () => (await open(await audited())).target.release());

const lines = readFileSync(CREDIT, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(','));

async function audited(): Promise<Subject> {
  const spec = { model: MODEL, data: { path: CREDIT }, flags: {}, threads: 1, seed: 0 };
  return subjectOf(spec, await prepare(spec, ortNode));
}

const like = (subject: Subject, path: string) => openLike({ subject, data: { path }, classes: 2, classNames: ['default', 'repaid'] });

const scores = async (subject: Subject, indices: readonly number[]): Promise<number[][]> => {
  const { target, rows } = await open(subject);
  const made = await target.judge.scores((await rows(indices)).map(({ row }) => row));
  return made.map((one) => Array.from(one));
};

describe('a table of members', () => {
  it('may have its columns in another order, and fewer categories', async () => {
    const subject = await audited();
    const some = [5, 11, 17, 23];
    const reversed = [lines[0], ...some.map((i) => lines[i + 1])].map((line) => [...(line ?? [])].reverse().join(',')).join('\n');
    const opened = await like(subject, put(scratch(), 'members.csv', `${reversed}\n`));
    const members: Subject = { ...subject, data: opened.data, preprocessing: opened.preprocessing, contents: opened.sha256 };
    expect(await scores(members, [0, 1, 2, 3])).toEqual(await scores(subject, some));
    const wanted = some.map((i) => ((lines[i + 1]?.[lines[0]?.indexOf('outcome') ?? -1] ?? lines[i + 1]?.at(-1)) === 'repaid' ? 1 : 0));
    expect(opened.labels).toEqual(wanted);
    const order = { members: { subject: members, indices: [0, 1, 3] }, others: { subject, indices: [4, 5, 17, 23, 24] } };
    const tools = { open, runtime: ortNode, progress: () => {}, alive: () => {} };
    expect(await overlapTask.run(order, tools)).toEqual({ others: [5, 23] });
  });

  it.each([
    ['lacks a column', (line: readonly string[]) => line.slice(1), /has no column/],
    [
      'has no right labels',
      (line: readonly string[], i: number) => (i === 0 ? line : line.map((cell) => (cell === 'repaid' ? 'maybe' : cell))),
      /maybe/,
    ],
  ])('is refused where it %s', async (_, change, message) => {
    const subject = await audited();
    const text = lines.map((line, i) => change(line, i).join(',')).join('\n');
    await expect(like(subject, put(scratch(), 'members.csv', `${text}\n`))).rejects.toThrow(message);
  });
});

describe('--members', () => {
  it('runs the check; copies among the non-members are left out', async () => {
    const folder = scratch();
    const [header, ...rows] = lines.map((line) => line.join(','));
    const members = put(folder, 'members.csv', [header, ...rows.slice(0, 40)].join('\n'));
    const others = put(folder, 'others.csv', [header, ...rows.slice(30)].join('\n'));
    const run = join(folder, 'run');
    const args = [
      MODEL,
      '--data',
      CREDIT,
      '--members',
      members,
      '--non-members',
      others,
      '--only',
      'membership',
      '--run',
      run,
      '--workers',
      '1',
    ];
    const { code, stderr } = await gibbon(['audit', ...args]);
    expect(code, stderr).toBe(0);
    const [check] = resultIn(run).checks;
    expect(check?.metrics.overlap).toMatchObject({ value: 10, n: 30 });
    expect(check?.metrics.nonMemberAccuracy?.n).toBe(20);
    expect(check?.status).toBe('undecided');
    expect(check?.findings.map(({ id }) => id)).toContain('overlap');
  });

  it('stops before the work where both sides are the same data', async () => {
    const { code, stderr } = await gibbon([
      'audit',
      MODEL,
      '--data',
      CREDIT,
      '--members',
      CREDIT,
      '--only',
      'membership',
      '--workers',
      '1',
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/holds the very data/);
  });

  it('is asked for where the check needs it', async () => {
    const { code, stderr } = await gibbon(['audit', MODEL, '--data', CREDIT, '--only', 'membership', '--workers', '1']);
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/Give --members/);
  });
});
