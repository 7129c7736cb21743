import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedRng } from '../../../rng/rng.ts';
import { misread } from './mojibake.ts';
import { TEXT_CORRUPTIONS } from './registry.ts';

const apply = (id: string, text: string, severity: number, seed = 0): string =>
  (TEXT_CORRUPTIONS.find((unit) => unit.id === id) as (typeof TEXT_CORRUPTIONS)[number]).apply(text, severity, keyedRng(seed, id));

const LONG = 'the quick brown fox jumps over the lazy dog and runs away '.repeat(40);

describe('corruptions of texts', () => {
  it.each([
    ['it’s', 'itâ€™s'],
    ['é', 'Ã©'],
    ['“a”', 'â€œaâ€\u009d'],
    ['plain', 'plain'],
  ])('mojibake: %s is read as %s', (text, expected) => {
    expect(misread(text)).toBe(expected);
  });

  it.each([
    ['truncation', 'abcdefghij', 3, 'abcde'],
    ['stripped_marks', 'café – “naïve” Straße', 1, 'cafe - "naive" Strasse'],
    ['stripped_marks', 'a, b! 中', 3, 'a b '],
    ['letter_case', 'Win a PRIZE', 1, 'win a prize'],
    ['letter_case', 'win a PRIZE', 2, 'Win A Prize'],
    ['letter_case', 'Win a prize', 3, 'WIN A PRIZE'],
    ['letter_case', 'win a', 4, 'wIn A'],
    ['mojibake', 'plain', 5, 'plain'],
    ['mojibake', 'a b', 3, 'aÂ\u00a0b'],
  ])('%s of %s', (id, text, severity, expected) => {
    expect(apply(id, text, severity)).toBe(expected);
  });

  it('strikes about the share that it says', () => {
    const letters = LONG.replaceAll(' ', '').length;
    const typos = apply('keyboard_typos', LONG, 3);
    expect(typos.length).toBe(LONG.length);
    const changed = Array.from(typos).filter((c, i) => c !== LONG[i]).length;
    // Five standard errors of a share of 10 %.
    expect(Math.abs(changed / letters - 0.1)).toBeLessThan(5 * Math.sqrt((0.1 * 0.9) / letters));
    const dropped = LONG.length - apply('dropped_letters', LONG, 5).length;
    expect(Math.abs(dropped / letters - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / letters));
    const sorted = (text: string): string => Array.from(text).sort().join('');
    expect(sorted(apply('swapped_letters', LONG, 4))).toBe(sorted(LONG));
    expect(apply('swapped_letters', LONG, 4)).not.toBe(LONG);
  });

  it('hits keys that are near', () => {
    const typos = Array.from({ length: 40 }, (_, seed) => apply('keyboard_typos', 'a', 1, seed));
    expect(new Set(typos)).toEqual(new Set(['q', 'w', 's', 'z']));
    expect(apply('keyboard_typos', 'A', 1)).toMatch(/[QWSZ]/);
  });

  it('takes any text, gives a text, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), fc.integer({ min: 0, max: 99 }), (text, seed) => {
        for (const unit of TEXT_CORRUPTIONS)
          for (let severity = 1; severity <= unit.severities.length; severity++) {
            const [once, again] = [apply(unit.id, text, severity, seed), apply(unit.id, text, severity, seed)];
            if (typeof once !== 'string' || once !== again) return false;
          }
        return true;
      }),
      { numRuns: 40 },
    );
  });
});
