/** What the untouched model's answer says of each example, as a few numbers: signals of membership, and what calibration is made of. */
import { NO_CLASS } from '../../model/judge.ts';
import { isDistribution } from '../../model/margin.ts';
import { logProbabilities } from '../../privacy/log-probabilities.ts';
import { type Signal, signalsOf } from '../../privacy/signals.ts';
import type { OutputKind } from '../../task/logits.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask, type RowItem, type RowReply } from '../task.ts';
import { inParts } from '../work.ts';

export interface AnswerItem extends RowItem {
  /** The right class. */
  readonly label: number;
}

export interface Answer extends RowReply {
  /** The class that it answers; −1 where the answer holds NaN. */
  readonly decided: number;
  readonly signals: Readonly<Record<Signal, number>>;
  /** Σ (p − one-hot)²: the row's share of the Brier score. */
  readonly squared: number;
  /** Is every number of the answer 0 or 1, so that it says no more than a label? */
  readonly isLabel: boolean;
  /** Probabilities of all classes, where these are few. */
  readonly probabilities?: readonly number[];
}

/** Classes up to which all probabilities are kept. */
const FEW = 20;

export const answersTask = defineRowTask<{ readonly subject: Subject; readonly whole: boolean }, AnswerItem, Answer>({
  kind: 'answers',
  run: async ({ subject, whole }, items, { open, finished }) => {
    const opened = await open(subject);
    const labels = new Map(items.map(({ index, label }) => [index, label]));
    const { target, kind } = opened;
    await inParts(
      opened,
      items.map(({ index }) => index),
      async (rows) => {
        const scores = await target.judge.scores(rows.map(({ row }) => row));
        await finished(
          rows.map(({ sample: { index } }, i) => ({
            index,
            ...answerOf(scores[i] as Float32Array, kind, labels.get(index) as number, whole),
          })),
        );
      },
    );
  },
});

function answerOf(scores: Float32Array, kind: OutputKind, label: number, whole: boolean): Omit<Answer, 'index'> {
  const logs = logProbabilities(scores, kind === 'logits' && scores.length > 1 && isDistribution(scores) ? 'probabilities' : kind);
  const isBroken = scores.some(Number.isNaN);
  const probabilities = Array.from(logs, Math.exp);
  const top = logs.indexOf(Math.max(...logs));
  return {
    decided: isBroken ? NO_CLASS : top,
    signals: signalsOf(isBroken ? logs.map(() => Number.NEGATIVE_INFINITY) : logs, label),
    squared: isBroken ? 0 : probabilities.reduce((sum, p, i) => sum + (p - (i === label ? 1 : 0)) ** 2, 0),
    isLabel: scores.length > 1 && scores.every((score) => score === 0 || score === 1),
    ...(whole && logs.length <= FEW && !isBroken && { probabilities }),
  };
}
