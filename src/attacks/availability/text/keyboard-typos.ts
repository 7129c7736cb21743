/** Typing errors: a letter becomes one of its neighbours on a QWERTY keyboard. */
import { casedLike, defineSpots } from './text-corruption.ts';

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'] as const;

/** Keys that touch: beside, and above and below, where rows are shifted by about half a key. */
const NEIGHBOURS: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap((row, r) =>
    Array.from(row, (key, k): [string, string] => {
      const near = [row[k - 1], row[k + 1], ROWS[r - 1]?.[k], ROWS[r - 1]?.[k + 1], ROWS[r + 1]?.[k - 1], ROWS[r + 1]?.[k]];
      return [key, near.filter((one) => one !== undefined).join('')];
    }),
  ),
);

export const keyboardTypos = defineSpots({
  id: 'keyboard_typos',
  name: 'Neighbouring keys',
  family: 'typing',
  shares: [0.02, 0.05, 0.1, 0.15, 0.25],
  of: 'letters',
  strike: (characters, at, rng) => {
    const key = characters[at] as string;
    const near = NEIGHBOURS.get(key.toLowerCase());
    return near === undefined ? undefined : { text: casedLike(near[rng.int(near.length)] as string, key) };
  },
});
