/** Runs the ONNX operator test models through Gibbon and prints figures: npm run operators -- folder [name part]. See README.md. */
import { writeFileSync } from 'node:fs';
import { casesIn } from './cases.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const [folder = '', part = ''] = process.argv.slice(2);
const verdicts: Verdict[] = [];
for (const test of casesIn(folder).filter(({ name }) => name.includes(part))) {
  if (process.env.GIBBON_TRACE) console.error(test.name);
  verdicts.push(await verdictOf(test));
}
writeFileSync('/tmp/suite.json', JSON.stringify(verdicts, null, 1));
