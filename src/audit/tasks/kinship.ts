/** What the audited file and another have in common (model/kinship.ts). */
import { type Kinship, kinshipOf } from '../../model/kinship.ts';
import { readModelFile } from '../../model/model-file.ts';
import type { Subject, TeacherSpec } from '../subject.ts';
import { defineSingleTask } from '../task.ts';

export const kinshipTask = defineSingleTask<{ readonly subject: Subject; readonly teacher: TeacherSpec }, Kinship>({
  kind: 'kinship',
  run: async ({ subject, teacher }, { runtime }) => {
    const [own, other] = [await readModelFile(subject.model), await readModelFile(teacher.model)];
    return kinshipOf(own.graph, other.graph, runtime);
  },
});
