/** The kinds of work that checks may ask of a worker, by name. */
import type { AnyTask } from '../task.ts';
import { anatomyTask } from './anatomy.ts';
import { answersTask } from './answers.ts';
import { ascentTask } from './ascent.ts';
import { blindTask } from './blind.ts';
import { certifyTask } from './certify.ts';
import { cleanTask } from './clean.ts';
import { degradedTask } from './degraded.ts';
import { degradedSamplesTask } from './degraded-samples.ts';
import { determinedTask } from './determined.ts';
import { exposureTask } from './exposure.ts';
import { kinshipTask } from './kinship.ts';
import { latencyTask } from './latency.ts';
import { lookAtBounds } from './look-at-bounds.ts';
import { lookAtSurrogate } from './look-at-surrogate.ts';
import { lookAtTeacher } from './look-at-teacher.ts';
import { modelContentsTask } from './model-contents.ts';
import { modelTriggersTask } from './model-triggers.ts';
import { oddInputTask } from './odd-input.ts';
import { openLikeTask } from './open-like.ts';
import { overlapTask } from './overlap.ts';
import { propertyTask } from './property.ts';
import { recheckTask } from './recheck.ts';
import { refusalTask } from './refusal.ts';
import { roundedTask } from './rounded.ts';
import { slopesTask } from './slopes.ts';
import { smoothTask } from './smooth.ts';
import { steadinessTask } from './steadiness.ts';
import { surrogateAnswers } from './surrogate-answers.ts';
import { trainSurrogate } from './train-surrogate.ts';
import { transferTask } from './transfer.ts';
import { transferPictures } from './transfer-pictures.ts';
import { twinsTask } from './twins.ts';

const ALL: readonly AnyTask[] = [
  cleanTask,
  modelContentsTask,
  modelTriggersTask,
  oddInputTask,
  latencyTask,
  refusalTask,
  degradedTask,
  degradedSamplesTask,
  lookAtSurrogate,
  lookAtTeacher,
  kinshipTask,
  twinsTask,
  surrogateAnswers,
  trainSurrogate,
  transferTask,
  transferPictures,
  steadinessTask,
  slopesTask,
  ascentTask,
  anatomyTask,
  answersTask,
  blindTask,
  openLikeTask,
  overlapTask,
  determinedTask,
  exposureTask,
  roundedTask,
  lookAtBounds,
  certifyTask,
  smoothTask,
  propertyTask,
  recheckTask,
];

export const TASKS: ReadonlyMap<string, AnyTask> = new Map(ALL.map((task) => [task.kind, task]));
