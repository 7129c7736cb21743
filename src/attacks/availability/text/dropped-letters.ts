/** Typing errors: a letter is left out. */
import { defineSpots, isLetter } from './text-corruption.ts';

export const droppedLetters = defineSpots({
  id: 'dropped_letters',
  name: 'Dropped letters',
  family: 'typing',
  shares: [0.02, 0.05, 0.1, 0.15, 0.25],
  of: 'letters',
  strike: (characters, at) => (isLetter(characters[at]) ? { text: '' } : undefined),
});
