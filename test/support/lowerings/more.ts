/** Further cases of the lowering table, one file per group of operators. */
import type { Lowered } from '../expect-lowering.ts';
import { CONTROL } from './control.ts';

export const MORE: readonly Lowered[] = [...CONTROL];
