/** A first look at another model for the same data: how it reads the input, what it calls the classes, and whether it has gradients. */
import { prepare } from '../prepare.ts';
import type { Prepared, Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';

export type SurrogateLook = Pick<Prepared, 'preprocessing' | 'unsupported' | 'labels'> & Pick<Prepared['data'], 'classes' | 'classNames'>;

/** A subject that is not read yet; `contents` is the hash of its model file. */
export type Unread = Omit<Subject, 'preprocessing'>;

export const lookAtSurrogate = defineSingleTask<{ readonly subject: Unread }, SurrogateLook>({
  kind: 'look-at-surrogate',
  run: async ({ subject }, { runtime }) => {
    const { preprocessing, unsupported, labels, data } = await prepare(subject, runtime);
    return { preprocessing, unsupported, labels, classes: data.classes, classNames: data.classNames };
  },
});
