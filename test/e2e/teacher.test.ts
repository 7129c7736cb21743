/** The network behind a fine-tuned one, from end to end: named by answers and file where it is the right one, and not where it is another. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/audit/check-result.ts';
import type { AuditResult } from '../../src/audit/result.ts';
import { MNIST, mnist } from '../conformance/attacks-fixtures.ts';
import { assertDeclared, DEMO, gibbon } from '../support/cli.ts';
import { studentOf } from '../support/student.ts';

const MINUTE = 60_000;

describe('teacher-fingerprint on a student of the natural model', () => {
  let command: string[];
  beforeAll(async () => {
    const examples = mnist(600).map((one) => ({ ...one, label: one.label % 4 }));
    const student = await studentOf(DEMO.natural, { rows: MNIST, examples, classes: 4 });
    const labels = join(mkdtempSync(join(tmpdir(), 'gibbon-mod-4-')), 'labels-idx1-ubyte');
    const bytes = readFileSync(DEMO.labels);
    writeFileSync(labels, Buffer.concat([bytes.subarray(0, 8), bytes.subarray(8).map((label) => label % 4)]));
    const data = ['--data', DEMO.images, '--labels', labels, '--mean', '0', '--std', '1', '--n', '50'];
    command = ['audit', student, ...data, '--only', 'teacher-fingerprint', '--preset', 'quick', '--json', '-'];
  });

  const checked = async (second: string): Promise<CheckResult> => {
    const { stdout, stderr } = await gibbon([...command, '--surrogate', second]);
    const result = JSON.parse(stdout || `"${stderr}"`) as AuditResult;
    assertDeclared(result);
    return result.checks[0] as CheckResult;
  };
  const value = ({ metrics }: CheckResult, name: string): number => metrics[name]?.value as number;

  it(
    'names the teacher',
    async () => {
      const found = await checked(DEMO.natural);
      expect(found.status).toBe('warn');
      expect(found.findings.map(({ id, severity }) => [id, severity])).toEqual([
        ['teacher-in-answers', 'medium'],
        ['teacher-in-file', 'low'],
      ]);
      expect(value(found, 'agreement')).toBeGreaterThan(0.9);
      expect(value(found, 'gini')).toBeLessThan(value(found, 'giniExamples') / 4);
      expect(value(found, 'sharedWeights')).toBeGreaterThan(0.98);
    },
    MINUTE,
  );

  it(
    'and no other network, nor itself',
    async () => {
      const other = await checked(DEMO.adversarial);
      expect(other.findings).toEqual([]);
      expect(value(other, 'agreement')).toBeLessThan(0.8);
      expect(value(other, 'sharedWeights')).toBe(0);
      const { code, stderr } = await gibbon([...command, '--surrogate', command[1] as string]);
      expect([code, stderr]).toEqual([3, expect.stringContaining('is the audited one itself')]);
    },
    MINUTE,
  );
});
