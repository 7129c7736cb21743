/** Typing errors: two letters of a word change places. */
import { defineSpots, isLetter } from './text-corruption.ts';

export const swappedLetters = defineSpots({
  id: 'swapped_letters',
  name: 'Swapped letters',
  family: 'typing',
  shares: [0.02, 0.05, 0.1, 0.15, 0.25],
  of: 'pairs of letters',
  strike: (characters, at) => {
    const [first, second] = [characters[at], characters[at + 1]];
    if (!isLetter(first) || !isLetter(second) || first === second) return undefined;
    return { text: `${second}${first}`, skip: 1 };
  },
});
