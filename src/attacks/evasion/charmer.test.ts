/** Charmer on models whose best edits are known, and both text attacks within their rules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePointsOf, lengthOf, padded, textOf } from '../../base/code-points.ts';
import type { Target } from '../../model/target.ts';
import { editDistance } from '../../threat/edits.ts';
import type { Attack, AttackSample } from '../attack.ts';
import { charmer } from './charmer.ts';
import { randomEdits } from './random-edits.ts';

const LENGTH = 60;
const row = (text: string): Float32Array => padded(codePointsOf(text), LENGTH);

/** A classifier of texts by their scores; counts what it is asked. */
function judged(score: (text: string) => number[]): { target: Target; asked: () => number } {
  let asked = 0;
  const scores = (rows: readonly Float32Array[]): Float32Array[] => {
    asked += rows.length;
    return rows.map((one) => Float32Array.from(score(textOf(one))));
  };
  const judge = {
    votes: 1,
    classScores: async (rows: readonly Float32Array[]) => scores(rows),
    decide: async (rows: readonly Float32Array[]) => scores(rows).map((own) => ({ label: own.indexOf(Math.max(...own)), confidence: 1 })),
  };
  return { target: { judge } as Target, asked: () => asked };
}

async function run(unit: Attack, target: Target, samples: readonly AttackSample[], epsilon: number, params = {}) {
  return unit.run({ target, params, norm: 'edits', epsilon, seed: 0, batch: 1 }, samples);
}

const count = (text: string, of: string): number => Array.from(text).filter((one) => one === of).length;

describe('charmer', () => {
  // Class 0 while more than two letters are an a: each edit takes one away, so "banana!" needs one, "aaaaaa" four.
  const byLetters = (text: string): number[] => [count(text, 'a'), 2.5];

  it.each([
    ['banana!', 1],
    ['aaaaaa', 4],
    ['xaxaxaxaxa', 3],
  ])('%s falls to %i edits, and to no fewer', async (text, edits) => {
    const { target, asked } = judged(byLetters);
    const sample = { index: 0, x: row(text), label: 0 };
    const [proposal] = await run(charmer, target, [sample], 10);
    const candidate = proposal?.candidate as Float32Array;
    expect(byLetters(textOf(candidate))[0]).toBeLessThan(2.5);
    expect(editDistance(sample.x, candidate)).toBe(edits);
    expect(proposal?.queries).toBe(asked());
    const [short] = await run(charmer, target, [sample], edits - 1 || 1);
    if (edits > 1) expect(byLetters(textOf(short?.candidate as Float32Array))[0]).toBeGreaterThan(2.5);
  });

  it('writes the one character that counts, wherever it has to stand', async () => {
    const { target } = judged((text) => [1, text.includes('zq') ? 2 : text.includes('z') ? 0.5 : 0]);
    const [proposal] = await run(charmer, target, [{ index: 0, x: row('hello'), label: 0 }], 2, { positions: 30 });
    expect(textOf(proposal?.candidate as Float32Array)).toContain('zq');
  });

  it('reaches a chosen class', async () => {
    const { target } = judged((text) => [2.5, count(text, 'x'), 1.5 * count(text, 'y')]);
    const [proposal] = await run(charmer, target, [{ index: 0, x: row('hello'), label: 0 }], 5, { target: 1 });
    expect(proposal?.goal).toBe(1);
    expect(count(textOf(proposal?.candidate as Float32Array), 'x')).toBe(3);
  });

  it('is the same alone and in company', async () => {
    const { target } = judged((text) => [count(text, 'a') + 0.1 * count(text, 'e'), 1.5 + 0.01 * text.length]);
    const samples = ['a papaya and bread', 'banana', 'a', 'easy tea'].map((text, index) => ({ index, x: row(text), label: 0 }));
    const all = await run(charmer, target, samples, 4);
    for (const [i, sample] of samples.entries()) expect(await run(charmer, target, [sample], 4)).toEqual([all[i]]);
  });

  it.each([1, 7, 150, 400])('asks at most %i questions where it may ask no more', async (maxQueries) => {
    const { target, asked } = judged(() => [1, 0]);
    const [proposal] = await run(charmer, target, [{ index: 0, x: row('hello'), label: 0 }], 5, { maxQueries });
    expect(asked()).toBe(maxQueries);
    expect(proposal?.queries).toBe(maxQueries);
  });

  it('leaves a model alone that answers NaN', async () => {
    const { target } = judged(() => [Number.NaN, 1]);
    const sample = { index: 0, x: row('text'), label: 0 };
    const [proposal] = await run(charmer, target, [sample], 2);
    expect(editDistance(sample.x, proposal?.candidate as Float32Array)).toBeLessThanOrEqual(2);
  });
});

const texts = fc.string({ unit: fc.constantFrom(...'abcdef é  日'), minLength: 1, maxLength: LENGTH }).filter((text) => text !== '');

describe.each([charmer, randomEdits])('$id', (unit) => {
  it('keeps to its budget, writes printable characters only, and leaves something of the text', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 4 }), async (text, epsilon) => {
        const { target } = judged((own) => [5 - count(own, 'z'), 0.3 * own.length]);
        const sample = { index: 0, x: row(text), label: 0 };
        const [proposal] = await run(unit, target, [sample], epsilon, unit === charmer ? { positions: 2 } : {});
        const candidate = proposal?.candidate as Float32Array;
        expect(editDistance(sample.x, candidate)).toBeLessThanOrEqual(epsilon);
        expect(candidate.length).toBe(LENGTH);
        expect(lengthOf(candidate)).toBeGreaterThan(0);
        const own = new Set(text);
        for (const character of textOf(candidate)) expect(own.has(character) || /^[\x20-\x7e]$/.test(character)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the word rules', () => {
  const inner = (word: string): boolean => Array.from(word).length >= 4;

  it('spare short words, first and last characters and blanks, and edit a word once', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const { target } = judged((own) => [5 - count(own, 'z') - 0.1 * count(own, 'q'), 0]);
        const [proposal] = await run(charmer, target, [{ index: 0, x: row(text), label: 0 }], 3, { positions: 3, wordRules: true });
        const [before, after] = [text.split(' '), textOf(proposal?.candidate as Float32Array).split(' ')];
        expect(after.length).toBe(before.length);
        for (const [i, word] of before.entries()) {
          const other = after[i] as string;
          if (!inner(word)) expect(other).toBe(word);
          expect(editDistance(row(word), row(other))).toBeLessThanOrEqual(1);
          expect([Array.from(other).at(0), Array.from(other).at(-1)]).toEqual([Array.from(word).at(0), Array.from(word).at(-1)]);
        }
      }),
      { numRuns: 30 },
    );
  });
});
