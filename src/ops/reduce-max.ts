/** ReduceMax over constant axes. */
import { extremum } from './extremum.ts';

export const reduceMax = extremum('ReduceMax');
