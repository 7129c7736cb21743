/** The corruptions of texts, in alphabetical order. */
import { droppedLetters } from './dropped-letters.ts';
import { homoglyphs } from './homoglyphs.ts';
import { keyboardTypos } from './keyboard-typos.ts';
import { letterCase } from './letter-case.ts';
import { lostCharacters } from './lost-characters.ts';
import { mojibake } from './mojibake.ts';
import { ocrConfusions } from './ocr-confusions.ts';
import { strippedMarks } from './stripped-marks.ts';
import { swappedLetters } from './swapped-letters.ts';
import type { TextCorruption } from './text-corruption.ts';
import { truncation } from './truncation.ts';
import { whitespace } from './whitespace.ts';

export const TEXT_CORRUPTIONS: readonly TextCorruption[] = [
  droppedLetters,
  homoglyphs,
  keyboardTypos,
  letterCase,
  lostCharacters,
  mojibake,
  ocrConfusions,
  strippedMarks,
  swappedLetters,
  truncation,
  whitespace,
];
