/** A real result against the published JSON Schema, by a validator that is not ours. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { gibbon, runFolder } from '../support/cli.ts';

const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../docs/result.schema.json'), 'utf8'));
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);

it('the result of the demo is valid, and a damaged one is not', async () => {
  const ended = await gibbon(['audit', '--preset', 'quick', '--n', '12']);
  expect(ended.code, ended.stderr).toBe(0);
  const result = JSON.parse(readFileSync(join(runFolder(ended.cwd), 'result.json'), 'utf8'));
  expect(validate(result), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true);
  expect(result.checks.length).toBeGreaterThan(2);
  const [first, ...others] = result.checks;
  expect(validate({ ...result, checks: [{ ...first, status: 'fine' }, ...others] })).toBe(false);
  expect(validate({ ...result, checks: undefined })).toBe(false);
});
