/** What a network that the audited one may have been fine-tuned from is: the hash that work on it is known by. */
import { readModelFile } from '../../model/model-file.ts';
import type { TeacherSpec } from '../subject.ts';
import { defineSingleTask } from '../task.ts';

export const lookAtTeacher = defineSingleTask<{ readonly model: string }, TeacherSpec>({
  kind: 'look-at-teacher',
  // Its weights may have changed since, and only a look can tell.
  isFresh: true,
  run: async ({ model }) => ({ model, contents: (await readModelFile(model)).contents() }),
});
