/** A slice of the long fuzzing run (test/accept/fuzz.accept.ts): damaged models are read, or refused with a code. */
import { expect, it } from 'vitest';
import { fuzz, messages } from '../support/fuzz/run.ts';

const MODELS = 200;

it(`${MODELS} mutated models end in no crash, hang or unclassified error`, async () => {
  const fuzzing = await fuzz(1_000_000, MODELS, 1);
  expect(messages(fuzzing, /^unclassified|^differs/)).toEqual([]);
  expect(fuzzing.ended).toEqual([]);
  // Most of the stages behind reading are reached, or this tests nothing.
  expect(fuzzing.outcomes.filter(({ results }) => results.lower === 'ok').length).toBeGreaterThan(MODELS / 10);
});
