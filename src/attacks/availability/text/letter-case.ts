/** Another case: all small, titles, all capitals, alternating, or at random. */
import { isLetter, type TextCorruption } from './text-corruption.ts';

export const letterCase: TextCorruption = {
  id: 'letter_case',
  name: 'Letter case',
  family: 'form',
  severities: ['small letters', 'Capital Initials', 'CAPITALS', 'aLtErNaTiNg', 'at random'],
  apply: (text, severity, rng) => {
    if (severity === 1) return text.toLowerCase();
    if (severity === 3) return text.toUpperCase();
    if (severity === 2)
      return text.toLowerCase().replace(/(^|\P{L})(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
    let count = 0;
    const isCapital = (): boolean => (severity === 4 ? count++ % 2 === 1 : rng.int(2) === 1);
    return Array.from(text, (character) => {
      if (!isLetter(character)) return character;
      return isCapital() ? character.toUpperCase() : character.toLowerCase();
    }).join('');
  },
};
