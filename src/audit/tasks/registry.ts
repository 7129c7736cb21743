/** The kinds of work that checks may ask of a worker, by name. */
import type { AnyTask } from '../task.ts';
import { cleanTask } from './clean.ts';

const ALL: readonly AnyTask[] = [cleanTask];

export const TASKS: ReadonlyMap<string, AnyTask> = new Map(ALL.map((task) => [task.kind, task]));
