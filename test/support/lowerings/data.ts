/** Cases of the lowerings of quantisation, indexing, resizing, signal processing and control flow. */
import type { Lowered } from '../expect-lowering.ts';
import { CONTROL } from './control.ts';
import { INDEXED } from './indexed.ts';
import { QUANTISED, QUANTISED_CONTRIB } from './quantised.ts';
import { RESIZED } from './resized.ts';
import { SIGNAL } from './signal.ts';
import { WINDOWS } from './windows.ts';

export const DATA_CASES: readonly Lowered[] = [
  ...CONTROL,
  ...QUANTISED,
  ...QUANTISED_CONTRIB,
  ...RESIZED,
  ...INDEXED,
  ...SIGNAL,
  ...WINDOWS,
];
