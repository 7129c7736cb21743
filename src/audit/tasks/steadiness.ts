/** Does the untouched model answer the same input alike, call after call? (AutoAttack's first flag: five calls, flags_doc.md.) */
import { decided } from '../../model/judge.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask, type RowItem } from '../task.ts';

export const CALLS = 5;

export interface Steadiness {
  readonly index: number;
  /** Calls whose decision is another one than the first call's. */
  readonly flips: number;
  /** Largest distance (L2) between the answers of two calls, each scaled to length 1. */
  readonly spread: number;
}

/** Rows asked about together: the same ones in each call, so that a model that looks at its whole batch is not taken for a random one. */
const CHUNK = 32;

export const steadinessTask = defineRowTask<{ readonly subject: Subject }, RowItem, Steadiness>({
  kind: 'steadiness',
  run: async ({ subject }, items, { open, finished }) => {
    const { target, rows, kind } = await open(subject);
    for (let at = 0; at < items.length; at += CHUNK) {
      const chunk = await rows(items.slice(at, at + CHUNK).map(({ index }) => index));
      const inputs = chunk.map(({ row }) => row);
      const calls: (readonly Float32Array[])[] = [];
      for (let i = 0; i < CALLS; i++) {
        calls.push(await target.judge.scores(inputs));
      }
      const labels = calls.map((call) => call.map((scores) => decided(scores, kind).label));
      await finished(
        chunk.map(({ sample }, i): Steadiness => {
          const answers = calls.map((call) => call[i] as Float32Array);
          const first = answers[0] as Float32Array;
          return {
            index: sample.index,
            flips: labels.filter((call) => call[i] !== labels[0]?.[i]).length,
            spread: Math.max(...answers.map((answer) => distance(unit(answer), unit(first)))),
          };
        }),
      );
    }
  },
});

function unit(scores: Float32Array): number[] {
  const known = Array.from(scores, (score) => (Number.isFinite(score) ? score : 0));
  const length = Math.hypot(...known);
  return length === 0 ? known : known.map((score) => score / length);
}

const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((value, i) => value - (b[i] as number)));
