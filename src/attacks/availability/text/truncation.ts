/** The end of the text is missing. */
import type { TextCorruption } from './text-corruption.ts';

const KEPT = [0.9, 0.75, 0.5, 0.25, 0.1] as const;

export const truncation: TextCorruption = {
  id: 'truncation',
  name: 'Truncation',
  family: 'form',
  severities: KEPT.map((share) => `first ${Math.round(100 * share)} % of the characters`),
  apply: (text, severity) => {
    const characters = Array.from(text);
    return characters.slice(0, Math.max(1, Math.round(characters.length * (KEPT[severity - 1] as number)))).join('');
  },
};
