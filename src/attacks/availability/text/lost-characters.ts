/** Characters that a code page does not hold become question marks. */
import { defineSpots } from './text-corruption.ts';

export const lostCharacters = defineSpots({
  id: 'lost_characters',
  name: 'Lost characters',
  family: 'encoding',
  shares: [0.01, 0.02, 0.05, 0.1, 0.2],
  of: 'characters, and all beyond ASCII',
  strike: (characters, at) => (characters[at] === ' ' ? undefined : { text: '?' }),
});
