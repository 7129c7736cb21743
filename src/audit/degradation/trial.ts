/** Runs a check of degradation: asks for the decisions on degraded examples, and scores them beside the clean ones. */
import type { DegradationKind } from '../../attacks/availability/degradation.ts';
import type { CheckContext } from '../checks/check.ts';
import { type DegradedReply, degradedTask } from '../tasks/degraded.ts';
import type { Choice } from './choice.ts';
import { type Scores, scored, type Trial } from './scores.ts';

export interface Tried {
  readonly trial: Trial;
  readonly scores: Scores;
  readonly indices: readonly number[];
}

export async function tried(context: CheckContext, kind: DegradationKind, check: string, { indices, cells }: Choice): Promise<Tried> {
  const { artifacts, reporter, model, prepared, subject } = context;
  const clean = new Map((await artifacts.clean()).map(({ index, label }) => [index, label]));
  reporter.phase(`${model.name}: ${check}`, indices.length);
  const replies = await context.rows(
    degradedTask,
    { subject, kind, cells },
    indices.map((index) => ({ index })),
  );
  const trial: Trial = {
    seed: subject.seed,
    check,
    labels: indices.map((index) => prepared.labels[index] as number),
    clean: indices.map((index) => clean.get(index) as number),
    cells,
    replies: indices.map((index) => replies.get(index) as DegradedReply),
  };
  return { trial, scores: scored(trial), indices };
}
