/** Where in the model gradients end, as a few examples see it (model/anatomy.ts). */
import { dissect, type Passage } from '../../model/anatomy.ts';
import { readModelFile } from '../../model/model-file.ts';
import type { Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';
import { labelled } from './labelled.ts';

interface Order {
  readonly subject: Subject;
  readonly items: readonly { readonly index: number; readonly label: number }[];
}

/** Per example what it saw of each passage. */
export const anatomyTask = defineSingleTask<Order, Passage[][]>({
  kind: 'anatomy',
  run: async ({ subject, items }, { open, runtime }) => {
    const { rows } = await open(subject);
    const cut = await dissect(await readModelFile(subject.model), subject.preprocessing, runtime);
    const seen: Passage[][] = [];
    for (const { x, label } of await labelled(rows, items)) seen.push(await cut(x, label));
    return seen;
  },
});
