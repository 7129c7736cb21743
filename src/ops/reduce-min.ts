/** ReduceMin over constant axes. */
import { extremum } from './extremum.ts';

export const reduceMin = extremum('ReduceMin');
