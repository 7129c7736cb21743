/** The untouched model's decision on each example. */
import type { CleanReply, Subject } from '../subject.ts';
import { defineRowTask, type RowItem } from '../task.ts';
import { clean } from '../work.ts';

export const cleanTask = defineRowTask<{ readonly subject: Subject }, RowItem, CleanReply>({
  kind: 'clean',
  run: async ({ subject }, items, { open, finished }) =>
    clean(
      await open(subject),
      items.map(({ index }) => index),
      finished,
    ),
});
