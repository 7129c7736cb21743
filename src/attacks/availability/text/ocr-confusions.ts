/** What optical character recognition confuses: shapes that look alike. */
import { defineSpots } from './text-corruption.ts';

/** Longer ones first. */
const ALIKE: readonly (readonly [string, string])[] = [
  ['rn', 'm'],
  ['cl', 'd'],
  ['vv', 'w'],
  ['li', 'h'],
  ['m', 'rn'],
  ['d', 'cl'],
  ['w', 'vv'],
  ['l', '1'],
  ['I', 'l'],
  ['1', 'l'],
  ['i', 'l'],
  ['O', '0'],
  ['0', 'O'],
  ['o', '0'],
  ['S', '5'],
  ['5', 'S'],
  ['B', '8'],
  ['8', 'B'],
  ['Z', '2'],
  ['2', 'Z'],
  ['e', 'c'],
  ['c', 'e'],
  ['h', 'b'],
  ['t', 'f'],
  ['g', 'q'],
  ['.', ','],
  [',', '.'],
];

export const ocrConfusions = defineSpots({
  id: 'ocr_confusions',
  name: 'OCR confusions',
  family: 'encoding',
  shares: [0.05, 0.1, 0.2, 0.35, 0.5],
  of: 'shapes that look like others',
  strike: (characters, at) => {
    const found = ALIKE.find(([from]) => Array.from(from).every((character, i) => characters[at + i] === character));
    return found && { text: found[1], skip: found[0].length - 1 };
  },
});
