/** Accents and other marks are stripped, typographic signs become plain ones: what normalisers and old systems do. */
import type { TextCorruption } from './text-corruption.ts';

const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/[‘’‚′]/g, "'"],
  [/[“”„″]/g, '"'],
  [/[–—]/g, '-'],
  [/…/g, '...'],
  [/ß/g, 'ss'],
  [/[^\P{M}]/gu, ''],
];

export const strippedMarks: TextCorruption = {
  id: 'stripped_marks',
  name: 'Stripped accents and marks',
  family: 'encoding',
  severities: ['accents and typographic signs', 'and all beyond ASCII', 'and all punctuation'],
  apply: (text, severity) => {
    let made = text.normalize('NFD');
    for (const [mark, plain] of PLAIN) made = made.replace(mark, plain);
    if (severity > 1) made = made.replace(/[^ -~\s]/gu, '');
    if (severity > 2) made = made.replace(/[!-/:-@[-`{-~]/g, '');
    return made === '' ? ' ' : made.normalize('NFC');
  },
};
