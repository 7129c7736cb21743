/** Runs ONNX operator test models through Gibbon, prints what fails and, with --write, writes the figures: see README.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { casesIn } from './cases.ts';
import { figures } from './figures.ts';
import { filesAt } from './files.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const ROOT = join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' }, json: { type: 'string' } } });
const [path = join(ROOT, 'test/assets/onnx-operators/cases.zip.gz'), part = ''] = positionals;

const files = filesAt(path);
const verdicts: Verdict[] = [];
for (const test of casesIn(files).filter(({ name }) => name.includes(part))) {
  const verdict = await verdictOf(test);
  verdicts.push(verdict);
  const { name, outcome, reason, gradient } = verdict;
  if (outcome === 'failed') console.log(`FAILED ${name}: ${reason}`);
  if (gradient.outcome === 'differs') console.log(`GRADIENT ${name}: ${gradient.reason}`);
}
if (values.json)
  writeFileSync(
    values.json,
    JSON.stringify(verdicts, (key, value) => (key === 'graph' ? undefined : value), 1),
  );
const version = new TextDecoder().decode(files.get('version.txt')).trim();
const text = figures(verdicts, version);
if (values.write) writeFileSync(join(ROOT, 'docs/operator-suite.md'), text);
const count = (outcome: Verdict['outcome']): number => verdicts.filter((verdict) => verdict.outcome === outcome).length;
console.log(`${verdicts.length} cases: ${count('passed')} passed, ${count('failed')} failed, ${count('not applicable')} not applicable`);
