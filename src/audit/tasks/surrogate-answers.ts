/** What surrogates themselves decide on examples as they are: how well they have learned the task. */
import type { Subject } from '../subject.ts';
import { openSurrogate, type SurrogateSpec } from '../surrogates.ts';
import { defineRowTask, type RowItem, type RowReply } from '../task.ts';

export interface SurrogateAnswer extends RowReply {
  /** In the audited model's numbers. */
  readonly label: number;
}

export interface SurrogateQuestion {
  readonly subject: Subject;
  readonly classes: number;
  readonly surrogates: readonly SurrogateSpec[];
}

const CHUNK = 200;

export const surrogateAnswers = defineRowTask<SurrogateQuestion, RowItem, SurrogateAnswer>({
  kind: 'surrogate-answers',
  run: async ({ subject, classes, surrogates }, items, { open, runtime, finished }) => {
    const { rows } = await open(subject);
    const surrogate = await openSurrogate(surrogates, { subject, classes }, runtime);
    for (let at = 0; at < items.length; at += CHUNK) {
      const chunk = await rows(items.slice(at, at + CHUNK).map(({ index }) => index));
      const decisions = await surrogate.judge.decide(chunk.map(({ row }) => row));
      await finished(chunk.map(({ sample: { index } }, i) => ({ index, label: decisions[i]?.label as number })));
    }
  },
});
