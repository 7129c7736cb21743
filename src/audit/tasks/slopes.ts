/** What the gradient at each example is worth (attacks/probes/slopes.ts). */
import { defaultBatch } from '../../attacks/iterate.ts';
import { probeSlopes, type SlopeProbe } from '../../attacks/probes/slopes.ts';
import type { Norm } from '../../threat/ball.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask, type RowItem } from '../task.ts';
import { labelled } from './labelled.ts';

export interface LabelledItem extends RowItem {
  readonly label: number;
}

interface Common {
  readonly subject: Subject;
  readonly norm: Norm;
  readonly epsilon: number;
}

export const slopesTask = defineRowTask<Common, LabelledItem, SlopeProbe>({
  kind: 'slopes',
  run: async ({ subject, norm, epsilon }, items, { open, finished }) => {
    const { target, rows } = await open(subject);
    const batch = defaultBatch(target);
    for (let at = 0; at < items.length; at += batch) {
      const samples = await labelled(rows, items.slice(at, at + batch));
      await finished(await probeSlopes({ target, batch, norm, epsilon, seed: subject.seed }, samples));
    }
  },
});
