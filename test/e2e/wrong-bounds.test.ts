/**
 * Bound rules that are wrong in the installed command itself: what they prove in its workers is contradicted by the model, in its answer or in the values of its
 * layers, the case is kept, and the run ends with exit code 70.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEMO, scratch } from '../support/cli.ts';

interface Mutant {
  readonly name: string;
  readonly method: string;
  /** Changes `OPS`, the table of rules. */
  readonly code: string;
}

const planes = (change: string): string =>
  `const { Relu } = OPS; OPS.Relu = { ...Relu, relax: (context) => { const { lower, upper } = Relu.relax(context); return ${change}; } };`;
const intervals = (op: string, change: string): string =>
  `const rule = OPS.${op}; OPS.${op} = { ...rule, interval: (context) => rule.interval(context).map(({ lower, upper }) => (${change})) };`;

const MUTANTS: readonly Mutant[] = [
  { name: 'no intercept above a rectifier', method: 'crown', code: planes('{ lower, upper: { ...upper, intercept: undefined } }') },
  { name: 'the plane above a rectifier is the one below', method: 'crown', code: planes('{ lower, upper: lower }') },
  { name: 'the plane below a rectifier is the one above', method: 'crown', code: planes('{ lower: upper, upper }') },
  { name: 'rectified intervals keep the upper end alone', method: 'ibp', code: intervals('Relu', '{ lower: upper, upper }') },
];

let installed: string;
beforeAll(() => {
  // A copy of the package without its bundles, in which rules cannot be reached from outside.
  const root = resolve(import.meta.dirname, '../..');
  installed = join(scratch(), 'gibbon');
  for (const part of ['bin', 'package.json', 'dist'])
    cpSync(join(root, part), join(installed, part), { recursive: true, filter: (path) => !['bundle', 'demo'].includes(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'));
});

function withRules({ code, method }: Pick<Mutant, 'code' | 'method'>) {
  const cwd = scratch();
  const rules = join(cwd, 'rules.mjs');
  writeFileSync(rules, `import { OPS } from '${pathToFileURL(join(installed, 'dist/ops/table.js'))}';\n${code}\n`);
  // So little is allowed that no attack runs: what is left to prove is false.
  const threat = ['--epsilon', '0.1', '--max-gradients', '1', '--max-queries', '1'];
  const set = [`certified-robustness.method="${method}"`, 'certified-robustness.examples=2'].flatMap((one) => ['--set', one]);
  const args = [DEMO.natural, '--data', DEMO.images, '--only', 'certified-robustness', '--n', '8', '--run', 'run', '--quiet'];
  const ended = spawnSync(process.execPath, [join(installed, 'bin/gibbon.js'), 'audit', ...args, ...threat, ...set], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', CI: '1', NODE_OPTIONS: `--import=${pathToFileURL(rules)}` },
  });
  return { exit: ended.status, stderr: ended.stderr, contradictions: join(cwd, 'run/contradictions') };
}

describe('a wrong bound rule', () => {
  it.each(MUTANTS)('$name', { timeout: 60_000 }, (mutant) => {
    const { exit, stderr, contradictions } = withRules(mutant);
    expect(exit, stderr).toBe(70);
    expect(stderr).toContain('E_CONTRADICTION');
    const [file = ''] = readdirSync(contradictions).filter((name) => name.endsWith('.json'));
    const told = JSON.parse(readFileSync(join(contradictions, file), 'utf8'));
    // Either the answer is another one, or a value on the way lies outside of what was proved of it.
    if (told.answered === undefined) expect(told.escaped.by).toBeGreaterThan(0);
    else expect(told.answered).not.toBe(told.example.label);
    expect(existsSync(join(contradictions, file.replace(/json$/, 'npz')))).toBe(true);
  });

  it('and without one nothing is contradicted', { timeout: 60_000 }, () => {
    const { exit, stderr, contradictions } = withRules({ code: '', method: 'crown' });
    expect(exit, stderr).toBe(0);
    expect(existsSync(contradictions)).toBe(false);
  });
});
