/** Answers of an earlier process, each given once, in their order; files that go when their work is done. */
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerLog } from './answer-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gibbon-answers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const scores = (...values: number[]): Float32Array => Float32Array.from(values);
const files = (): string[] => readdirSync(folder).map((name) => name.replace(/^answers-[0-9a-f]+-/, ''));

/** A process of its own. */
function process() {
  const { memories, begin } = answerLog(folder);
  return { memory: memories('endpoint', 2), other: memories('another', 2), begin };
}

describe('a process to come', () => {
  it('gets each answer once, in the order in which they came, and what this one asks it does not get itself', () => {
    const before = process();
    before.begin('work');
    before.memory.keep([
      { row: '[1]', scores: scores(1, 2) },
      { row: '[2]', scores: scores(3, Number.NaN) },
    ]);
    before.memory.keep([{ row: '[1]', scores: scores(5, 6) }]);
    expect(before.memory.recall('[1]')).toBeUndefined();
    const after = process();
    after.begin('work');
    expect(after.other.recall('[1]')).toBeUndefined();
    expect([after.memory.recall('[1]'), after.memory.recall('[1]'), after.memory.recall('[1]')]).toEqual([
      scores(1, 2),
      scores(5, 6),
      undefined,
    ]);
    expect(after.memory.recall('[2]')).toEqual(scores(3, Number.NaN));
    // Killed again before the work is done: the next one has them all once more.
    expect(process().memory.recall('[1]')).toEqual(scores(1, 2));
  });

  it('does not take a record that was torn by a kill for an answer', () => {
    const before = process();
    before.begin('look');
    before.memory.keep([{ row: '[1]', scores: scores(1, 2) }]);
    const [name] = readdirSync(folder);
    appendFileSync(join(folder, name ?? ''), Buffer.alloc(20, 7));
    const middle = process();
    middle.begin('look');
    middle.memory.keep([{ row: '[2]', scores: scores(3, 4) }]);
    const after = process();
    expect([after.memory.recall('[1]'), after.memory.recall('[2]')]).toEqual([scores(1, 2), scores(3, 4)]);
  });
});

describe('files', () => {
  it('go when the work after the next begins; those of the look stay; work that asks nothing does not count', () => {
    const { memory, begin } = process();
    const work = (row: string): void => {
      begin('work');
      begin('work');
      memory.keep([{ row, scores: scores(0, 0) }]);
    };
    begin('look');
    memory.keep([{ row: 'look', scores: scores(0, 0) }]);
    work('a');
    work('b');
    expect(files()).toEqual(['1.bin', '2.bin', 'look.bin']);
    work('c');
    expect(files()).toEqual(['2.bin', '3.bin', 'look.bin']);
  });

  it('of an earlier process stay until the first work of this one is surely done', () => {
    const before = process();
    before.begin('work');
    before.memory.keep([{ row: 'a', scores: scores(1, 1) }]);
    const after = process();
    for (const row of ['a', 'b']) {
      after.begin('work');
      if (after.memory.recall(row) === undefined) after.memory.keep([{ row, scores: scores(2, 2) }]);
    }
    expect(files()).toEqual(['1.bin', '3.bin']);
    after.begin('work');
    expect(files()).toEqual(['3.bin']);
  });
});
