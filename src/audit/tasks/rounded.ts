/** For each example what rounding its answer would leave: the decision, and what the answer tells of the right class. */
import { isDistribution } from '../../model/margin.ts';
import { logProbabilities } from '../../privacy/log-probabilities.ts';
import { decisionOf, leakOf, ROUNDINGS, roundedTo } from '../../privacy/rounding.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask, type RowReply } from '../task.ts';
import { inParts } from '../work.ts';
import type { AnswerItem } from './answers.ts';

export interface Rounded extends RowReply {
  /** In the order of ROUNDINGS: is the decision the same as before? */
  readonly same: readonly boolean[];
  readonly leaks: readonly number[];
  /** The rounded answer as a text, to count how many differ. */
  readonly answers: readonly string[];
}

export const roundedTask = defineRowTask<{ readonly subject: Subject }, AnswerItem, Rounded>({
  kind: 'rounded',
  run: async ({ subject }, items, { open, finished }) => {
    const opened = await open(subject);
    const labels = new Map(items.map(({ index, label }) => [index, label]));
    await inParts(
      opened,
      items.map(({ index }) => index),
      async (part) => {
        const scores = await opened.target.judge.scores(part.map(({ row }) => row));
        await finished(
          part.map(({ sample: { index } }, i): Rounded => {
            const own = scores[i] as Float32Array;
            const isAnswer = opened.kind === 'logits' && own.length > 1 && isDistribution(own);
            const probabilities = logProbabilities(own, isAnswer ? 'probabilities' : opened.kind).map(Math.exp);
            const all = ROUNDINGS.map((rounding) => roundedTo(probabilities, rounding));
            const decided = decisionOf(probabilities);
            return {
              index,
              same: all.map((p) => decisionOf(p) === decided),
              leaks: all.map((p) => leakOf(p, labels.get(index) as number)),
              answers: all.map((p) => digest(p)),
            };
          }),
        );
      },
    );
  },
});

/** Two numbers of 32 bits (FNV-1a over the bytes, from two starts): short, and the same for the same answer. */
function digest(p: Float64Array): string {
  const bytes = new Uint8Array(p.buffer, p.byteOffset, p.byteLength);
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b) ^ (b >>> 13);
  }
  return `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}`;
}
