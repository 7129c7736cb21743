/** UTF-8 read as Windows-1252, once or more: typographic quotes and accents become strings of odd letters. */
import type { TextCorruption } from './text-corruption.ts';

/** Windows-1252 where it differs from Latin-1: the characters of bytes 0x80 to 0x9f. */
const HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const decoded = (byte: number): string => (byte >= 0x80 && byte <= 0x9f ? (HIGH[byte - 0x80] as string) : String.fromCharCode(byte));

/** One round of it. */
export const misread = (text: string): string => Array.from(new TextEncoder().encode(text), decoded).join('');

/** What word processors make of plain punctuation before it goes wrong. */
const TYPOGRAPHIC: readonly (readonly [RegExp, string])[] = [
  [/(\p{L})'(\p{L})/gu, '$1’$2'],
  [/"([^"]*)"/g, '“$1”'],
  [/ - /g, ' – '],
  [/\.\.\./g, '…'],
];

const ROUNDS = [1, 1, 1, 2, 3] as const;
/** From this severity on spaces are no-break ones, which go wrong everywhere. */
const SPACES = 3;

export const mojibake: TextCorruption = {
  id: 'mojibake',
  name: 'Mojibake',
  family: 'encoding',
  severities: ROUNDS.map(
    (rounds, i) =>
      `${i === 0 ? 'accents' : i + 1 < SPACES ? 'accents and typographic marks' : 'accents, marks and spaces'}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
  ),
  apply: (text, severity) => {
    let made = text;
    if (severity > 1) for (const [plain, typographic] of TYPOGRAPHIC) made = made.replace(plain, typographic);
    if (severity >= SPACES) made = made.replace(/ /g, '\u00a0');
    for (let i = 0; i < (ROUNDS[severity - 1] as number); i++) made = misread(made);
    return made;
  },
};
