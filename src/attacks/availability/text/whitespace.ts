/** Spaces too many or missing: doubled, lost, or line breaks in their place. */
import { defineSpots } from './text-corruption.ts';

const INSTEAD = ['  ', '', '\n', '\t'] as const;

export const whitespace = defineSpots({
  id: 'whitespace',
  name: 'Spaces',
  family: 'form',
  shares: [0.05, 0.1, 0.2, 0.4, 0.8],
  of: 'spaces',
  strike: (characters, at, rng) => (characters[at] === ' ' ? { text: INSTEAD[rng.int(INSTEAD.length)] as string } : undefined),
});
