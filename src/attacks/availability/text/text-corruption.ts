/** What a corruption of texts is: severities in words, and a function from a text and random numbers to a text. */
import type { Rng } from '../../../rng/rng.ts';

export interface TextCorruption {
  readonly id: string;
  readonly name: string;
  readonly family: 'typing' | 'encoding' | 'form';
  /** Severities 1, 2, …, in words. */
  readonly severities: readonly string[];
  apply(text: string, severity: number, rng: Rng): string;
}

export interface Spots {
  readonly id: string;
  readonly name: string;
  readonly family: TextCorruption['family'];
  /** Share of the spots that are struck, by severity. */
  readonly shares: readonly number[];
  /** What a spot is, for people: "letters". */
  readonly of: string;
  /** What stands there instead; undefined where this is no spot. `skip` further characters are used up with it. */
  readonly strike: (characters: readonly string[], at: number, rng: Rng) => { readonly text: string; readonly skip?: number } | undefined;
}

/** A corruption that strikes each possible spot with the same probability; at least one where there is any. */
export function defineSpots({ id, name, family, shares, of, strike }: Spots): TextCorruption {
  return {
    id,
    name,
    family,
    severities: shares.map((share) => `${Math.round(100 * share)} % of ${of}`),
    apply: (text, severity, rng) => {
      const characters = Array.from(text);
      const spots = [...characters.keys()].filter((at) => strike(characters, at, rng) !== undefined);
      if (spots.length === 0) return text;
      const share = shares[severity - 1] as number;
      const struck = new Set(spots.filter(() => rng.uniform() < share));
      if (struck.size === 0) struck.add(spots[rng.int(spots.length)] as number);
      const made: string[] = [];
      for (let at = 0; at < characters.length; at++) {
        const blow = struck.has(at) ? strike(characters, at, rng) : undefined;
        made.push(blow ? blow.text : (characters[at] as string));
        at += blow?.skip ?? 0;
      }
      return made.join('');
    },
  };
}

export const isLetter = (character: string | undefined): boolean => character !== undefined && /\p{L}/u.test(character);

/** In the case of the model. */
export const casedLike = (text: string, model: string): string =>
  model === model.toUpperCase() && model !== model.toLowerCase() ? text.toUpperCase() : text;
