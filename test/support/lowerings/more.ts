/** Further cases of the lowering table, one file per group of operators. */
import type { Lowered } from '../expect-lowering.ts';
import { ATTENTION } from './attention.ts';
import { CONTRIB } from './contrib.ts';
import { DATA_CASES } from './data.ts';
import { FUNCTIONS } from './functions.ts';
import { EINSUMS, NORMALISATIONS } from './normalise.ts';
import { RECURRENT } from './recurrent.ts';

export const MORE: readonly Lowered[] = [
  ...ATTENTION,
  ...CONTRIB,
  ...NORMALISATIONS,
  ...EINSUMS,
  ...FUNCTIONS,
  ...RECURRENT,
  ...DATA_CASES,
];
