/** Opens the network that a subject's may have been fine-tuned from, once for each target. */
import { readModelFile } from '../model/model-file.ts';
import type { Target } from '../model/target.ts';
import { createTeacher, type Teacher } from '../model/teacher.ts';
import type { TeacherSpec } from './subject.ts';

const opened = new WeakMap<Target, Map<string, Promise<Teacher>>>();

/** @throws GibbonError E_NOT_APPLICABLE where it takes other inputs than the target */
export function openTeacher({ model, contents }: TeacherSpec, target: Target, threads: number): Promise<Teacher> {
  const known = opened.get(target) ?? new Map<string, Promise<Teacher>>();
  opened.set(target, known);
  const teacher = known.get(contents) ?? open(model, target, threads);
  known.set(contents, teacher);
  return teacher;
}

async function open(path: string, { runtime, preprocessing }: Target, threads: number): Promise<Teacher> {
  return createTeacher(await readModelFile(path), runtime, { rows: preprocessing, threads });
}
