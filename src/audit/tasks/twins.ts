/** What the audited model answers to pictures that another network takes for given examples, and to pictures in which that network sees nothing (attacks/probes/twins.ts). */
import { defaultBatch } from '../../attacks/iterate.ts';
import { twinsOf } from '../../attacks/probes/twins.ts';
import type { Layer } from '../../model/layers.ts';
import { logProbabilities } from '../../privacy/log-probabilities.ts';
import { giniOf } from '../../stats/gini.ts';
import type { Subject, TeacherSpec } from '../subject.ts';
import { defineRowTask, type RowReply } from '../task.ts';
import { openTeacher } from '../teachers.ts';
import { labelled } from './labelled.ts';
import type { LabelledItem } from './slopes.ts';

interface Common {
  readonly subject: Subject;
  readonly teacher: TeacherSpec;
  readonly layer: Layer;
  readonly steps: number;
}

export interface TwinReply extends RowReply {
  /** What it says of the example, and of its twin. */
  readonly label: number;
  readonly twin: number;
  /** How far the twin stayed from the example behind the layer, in parts of the example's own values. */
  readonly gap: number;
  /** Of the probabilities on the picture in which the layer sees nothing, and on the example; null where it answers labels only. */
  readonly gini: readonly [blank: number, example: number] | null;
}

export const twinsTask = defineRowTask<Common, LabelledItem, TwinReply>({
  kind: 'twins',
  run: async ({ subject, teacher, layer, steps }, items, { open, finished, alive }) => {
    const { target, rows, kind } = await open(subject);
    const inner = await (await openTeacher(teacher, target, subject.threads)).at(layer);
    const { judge } = target;
    const onlyLabels = subject.remote?.endpoint?.form.kind === 'labels';
    const batch = defaultBatch(target);
    for (let at = 0; at < items.length; at += batch) {
      const samples = await labelled(rows, items.slice(at, at + batch));
      const made = await twinsOf({ target: inner, batch, seed: subject.seed, steps, onStep: alive }, samples);
      const plain = samples.map(({ x }) => x);
      const [own, twins] = [await judge.answer(plain), await judge.answer(made.map(({ twin }) => twin))];
      const scores = onlyLabels ? undefined : await judge.scores([...made.map(({ blank }) => blank), ...plain]);
      const gini = (i: number): number => giniOf(logProbabilities(scores?.[i] as Float32Array, kind).map(Math.exp));
      await finished(
        made.map(({ index, gap }, i) => ({
          index,
          label: own[i]?.label as number,
          twin: twins[i]?.label as number,
          gap,
          gini: scores ? ([gini(i), gini(made.length + i)] as const) : null,
        })),
      );
    }
  },
});
