/** A first look at another model for the same data: how it reads the input, what it calls the classes, and whether it has gradients. */
import { prepare } from '../prepare.ts';
import type { Prepared, Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';

export type SurrogateLook = Pick<Prepared, 'preprocessing' | 'unsupported' | 'labels' | 'random'> &
  Pick<Prepared['data'], 'classes' | 'classNames'> & { readonly contents: string };

/** A subject that is not read yet. */
export type Unread = Omit<Subject, 'preprocessing'>;

export const lookAtSurrogate = defineSingleTask<{ readonly subject: Unread }, SurrogateLook>({
  kind: 'look-at-surrogate',
  // Its weights and what lies beside them may have changed since, and only a look can tell.
  isFresh: true,
  run: async ({ subject }, { runtime }) => {
    const { preprocessing, unsupported, labels, random = [], sha256, contents = sha256, data } = await prepare(subject, runtime);
    return { preprocessing, unsupported, labels, random, contents, classes: data.classes, classNames: data.classNames };
  },
});
