/** The checks, in the order in which they run and are reported: by category, cheap ones first. */
import { corruptions } from './availability/corruptions.ts';
import { forcedRejection } from './availability/forced-rejection.ts';
import { inputValidation } from './availability/input-validation.ts';
import { latency } from './availability/latency.ts';
import { sensorPollution } from './availability/sensor-pollution.ts';
import type { Check } from './check.ts';
import { membership } from './confidentiality/membership.ts';
import { outputExposure } from './confidentiality/output-exposure.ts';
import { teacherFingerprint } from './confidentiality/teacher-fingerprint.ts';
import { evaluationChecklist } from './evidence/evaluation-checklist.ts';
import { gradientMasking } from './evidence/gradient-masking.ts';
import { groupPerformance } from './fairness/group-performance.ts';
import { groupRobustness } from './fairness/group-robustness.ts';
import { calibration } from './integrity/calibration.ts';
import { certifiedRobustness } from './integrity/certified-robustness.ts';
import { evasion } from './integrity/evasion.ts';
import { modelFile } from './integrity/model-file.ts';
import { noiseBaseline } from './integrity/noise-baseline.ts';
import { transfer } from './integrity/transfer.ts';

export const CHECKS: readonly Check[] = [
  modelFile,
  evasion,
  certifiedRobustness,
  noiseBaseline,
  calibration,
  transfer,
  membership,
  outputExposure,
  teacherFingerprint,
  inputValidation,
  latency,
  forcedRejection,
  corruptions,
  sensorPollution,
  groupPerformance,
  groupRobustness,
  gradientMasking,
  evaluationChecklist,
];
