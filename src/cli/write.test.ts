/** Outputs are there as a whole or not at all. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeOutput } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-write-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('replaces a file, keeps its mode, and leaves nothing beside it', async () => {
  const path = join(folder, 'a', 'result.json');
  await writeOutput(path, 'one');
  chmodSync(path, 0o600);
  const first = statSync(path).ino;
  await writeOutput(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  // Another file than before: whoever reads the old one goes on reading it whole.
  expect(statSync(path).ino).not.toBe(first);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'a'))).toEqual(['result.json']);
});

it('follows a link, and writes to what is no file', async () => {
  writeFileSync(join(folder, 'real'), '');
  symlinkSync('real', join(folder, 'link'));
  await writeOutput(join(folder, 'link'), 'through');
  expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('through');
  await writeOutput('/dev/null', 'gone');
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

it('says what cannot be written, and leaves nothing behind', async () => {
  await expect(writeOutput(join(folder, 'real', 'x'), '')).rejects.toMatchObject({ code: 'E_OUTPUT_UNWRITABLE' });
  await expect(writeOutput(join(folder, 'a'), '')).rejects.toMatchObject({ code: 'E_OUTPUT_UNWRITABLE' });
  expect(readdirSync(folder).sort()).toEqual(['a', 'link', 'real']);
});
