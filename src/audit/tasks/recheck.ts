/** Checks a certificate file again (certificates/keep.ts). */
import { type Rechecking, rechecked } from '../certificates/keep.ts';
import { defineSingleTask } from '../task.ts';

export const recheckTask = defineSingleTask<{ readonly model: string; readonly certificate: string }, Rechecking>({
  kind: 'recheck',
  isFresh: true,
  run: ({ model, certificate }, { runtime }) => rechecked(model, certificate, runtime),
});
