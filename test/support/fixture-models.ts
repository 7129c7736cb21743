/** A fixture model audited by one command, as a user would, and held against what is known of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import type { ModelResult } from '../../src/audit/result.ts';
import { ATTACKS_ONLY, gibbon, resultIn, runFolder } from './cli.ts';
import { consistent } from './consistent.ts';

export const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'));
export const fixture = (path: string): string => join(FIXTURES, path);
export const absent = !existsSync(fixture('cifar10'));

export interface FixtureModel {
  readonly model: string;
  readonly args: readonly string[];
  readonly n: number;
  /** The least clean accuracy, well below the measured one since n is small. */
  readonly clean: number;
  readonly robust: readonly [number, number];
  readonly epsilon: string;
  readonly input: string;
  /** A name that the report must use, or none. */
  readonly named?: string;
}

export const PHOTOS = {
  // Twenty photos do not tell the scale for certain.
  args: ['--data', fixture('imagenet/labelled-20'), '--mean', '0', '--std', '1'],
  epsilon: '4/255 (0.0157)',
  robust: [0, 0.2],
} as const;

/** What a reader sees must be words and numbers. */
const NONSENSE = /NaN|undefined|\[object|Infinity/;

export async function expectAudited({ model, args, n, clean, robust, epsilon, input, named }: FixtureModel): Promise<void> {
  const ended = await gibbon(['audit', fixture(model), ...args, '--n', String(n), '--preset', 'quick', ...ATTACKS_ONLY]);
  expect(ended.code, ended.stderr).toBe(0);
  const folder = runFolder(ended.cwd);
  const [audited] = resultIn(folder).models as [ModelResult];
  consistent(audited);
  const { summary, threat, preprocessing, data } = audited;
  expect(summary.cleanAccuracy.value).toBeGreaterThanOrEqual(clean);
  expect(summary.robustAccuracy.value).toBeGreaterThanOrEqual(robust[0]);
  expect(summary.robustAccuracy.value).toBeLessThanOrEqual(robust[1]);
  expect(threat.epsilonText).toBe(epsilon);
  expect(preprocessing.description).toBe(input);
  expect(data.n).toBe(n);
  if (named === undefined) expect(data.classNames).toBeNull();
  else expect(data.classNames).toContain(named);
  const page = readFileSync(join(folder, 'report.html'), 'utf8').replace(/<script[\s\S]*?<\/script>|data:image[^"']*/g, '');
  expect(page).not.toMatch(NONSENSE);
  expect(ended.stdout).not.toMatch(NONSENSE);
}
