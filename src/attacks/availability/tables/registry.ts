/** The corruptions of table rows, in alphabetical order. */
import { measurementNoise } from './measurement-noise.ts';
import { missingSentinel, missingUsual, missingZero } from './missing.ts';
import { rounding } from './rounding.ts';
import { staleColumns } from './stale-columns.ts';
import { swappedColumns } from './swapped-columns.ts';
import type { TableCorruption } from './table-corruption.ts';
import { unitError } from './unit-error.ts';
import { wrongCategory } from './wrong-category.ts';

export const TABLE_CORRUPTIONS: readonly TableCorruption[] = [
  measurementNoise,
  missingSentinel,
  missingUsual,
  missingZero,
  rounding,
  staleColumns,
  swappedColumns,
  unitError,
  wrongCategory,
];
