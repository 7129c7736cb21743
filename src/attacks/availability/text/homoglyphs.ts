/** Letters that look the same in another script, as in text copied from odd sources. */
import { defineSpots } from './text-corruption.ts';

/** Latin letters and their Cyrillic or Greek doubles. */
const DOUBLES: ReadonlyMap<string, string> = new Map(
  [
    'aа',
    'cс',
    'eе',
    'iі',
    'jј',
    'oо',
    'pр',
    'sѕ',
    'xх',
    'yу',
    'vν',
    'AА',
    'BВ',
    'CС',
    'EЕ',
    'HН',
    'IІ',
    'KК',
    'MМ',
    'OО',
    'PР',
    'TТ',
    'XХ',
    'YΥ',
    'ZΖ',
    'NΝ',
  ].map((pair) => [pair[0] as string, pair[1] as string]),
);

export const homoglyphs = defineSpots({
  id: 'homoglyphs',
  name: 'Letters of another script',
  family: 'encoding',
  shares: [0.02, 0.05, 0.1, 0.2, 0.5],
  of: 'letters that have a double',
  strike: (characters, at) => {
    const double = DOUBLES.get(characters[at] as string);
    return double === undefined ? undefined : { text: double };
  },
});
