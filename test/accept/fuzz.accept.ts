/** Ten thousand damaged models: whatever stands in the file, reading, explaining and lowering it ends soon, in one clear error if it must. Prints its table. */
import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { fuzz, messages, table } from '../support/fuzz/run.ts';

const MODELS = Number(process.env.GIBBON_FUZZ_MODELS ?? 10_000);

it(`${MODELS} mutated models are read, or refused with a code`, async () => {
  const fuzzing = await fuzz(Number(process.env.GIBBON_FUZZ_FROM ?? 0), MODELS, availableParallelism(), (done) => {
    if (done % 500 === 0) console.log(`${done} of ${MODELS}`);
  });
  console.log(table(fuzzing));
  console.log(messages(fuzzing, / by a |^differs/).join('\n'));
  expect(messages(fuzzing, /^unclassified/)).toEqual([]);
  // These stages run the untouched file in the runtime: what that does to its process is watched, not ours to prevent.
  const ofTheRuntime = ['prepare', 'load original', 'agree'];
  for (const { index, stage, how } of fuzzing.ended) console.log(`model ${index} ended its process: ${stage}, ${how}`);
  expect(fuzzing.ended.filter(({ stage }) => !ofTheRuntime.includes(stage ?? ''))).toEqual([]);
  expect(messages(fuzzing, /^differs/)).toEqual([]);
});
