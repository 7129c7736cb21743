/** The loss along an attack's steps, for each example (attacks/probes/ascent.ts). */
import { defaultBatch } from '../../attacks/iterate.ts';
import { type Ascent, ascend } from '../../attacks/probes/ascent.ts';
import type { Norm } from '../../threat/ball.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask } from '../task.ts';
import { labelled } from './labelled.ts';
import type { LabelledItem } from './slopes.ts';

interface Common {
  readonly subject: Subject;
  readonly norm: Norm;
  readonly epsilon: number;
  readonly loss: 'cross-entropy' | 'margin';
  readonly steps: number;
  readonly stepSize: number;
}

export const ascentTask = defineRowTask<Common, LabelledItem, Ascent>({
  kind: 'ascent',
  run: async ({ subject, ...how }, items, { open, finished }) => {
    const { target, rows } = await open(subject);
    const batch = defaultBatch(target);
    for (let at = 0; at < items.length; at += batch) {
      const samples = await labelled(rows, items.slice(at, at + batch));
      await finished(await ascend({ target, batch, seed: subject.seed, ...how }, samples));
    }
  },
});
