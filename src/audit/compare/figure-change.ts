/** One figure before and after: the difference with its interval, and what that shows. */
import { differenceOf } from '../../stats/difference.ts';
import type { Metric } from '../metric.ts';
import type { AccuracyChange } from './accuracy.ts';

/** `unclear`: no difference is shown, which does not show that there is none. `untested`: nothing was sampled, the two numbers are all there is. `incomparable`: the two were attacked otherwise. */
export type Shown = 'better' | 'worse' | 'changed' | 'unclear' | 'same' | 'untested' | 'incomparable';

type Side = Pick<Metric, 'value' | 'low' | 'high' | 'n'>;

export interface FigureChange {
  readonly check: string;
  readonly name: string;
  readonly label: string;
  readonly unit: Metric['unit'];
  readonly better: Metric['better'];
  readonly before: Side;
  readonly after: Side;
  /** After minus before, with its two-sided 95 % interval; null where one of them is not resolved. */
  readonly difference: { readonly value: number; readonly low: number | null; readonly high: number | null } | null;
  readonly shown: Shown;
  readonly method: string;
  /** Two-sided, of "nothing changed"; null where only intervals were compared. */
  readonly pValue: number | null;
  /** Examples that were compared one by one; null where the runs are two samples. */
  readonly pairs: number | null;
}

interface Pair {
  readonly check: string;
  readonly name: string;
  readonly was: Metric;
  readonly is: Metric;
  /** Why the two cannot be set against each other, where they cannot. */
  readonly against?: string | undefined;
}

const side = ({ value, low, high, n }: Metric): Side => ({ value, low, high, n });

/** Below this a change of an accuracy counts as shown. */
const ALPHA = 0.05;

/** By its own exact test where the figure is an accuracy, else by the intervals of the two runs. */
export function figureChange({ check, name, was, is, against }: Pair, accuracy: AccuracyChange | undefined): FigureChange {
  const { label, unit, better } = is;
  const about = { check, name, label, unit, better, before: side(was), after: side(is) };
  if (against !== undefined) return { ...about, difference: null, shown: 'incomparable', method: against, pValue: null, pairs: null };
  if (accuracy) {
    const pValue = Math.min(1, 2 * Math.min(accuracy.worsePValue, accuracy.betterPValue));
    const direction = accuracy.worsePValue < accuracy.betterPValue ? 'worse' : 'better';
    return {
      ...about,
      difference: accuracy.difference,
      shown: pValue <= ALPHA ? direction : unmoved(was, is),
      method: accuracy.method,
      pValue,
      pairs: accuracy.unpaired === undefined ? accuracy.n : null,
    };
  }
  if (was.value === null || is.value === null) {
    return { ...about, difference: null, shown: 'untested', method: (is.value === null ? is : was).method, pValue: null, pairs: null };
  }
  if (was.low === null || was.high === null || is.low === null || is.high === null) {
    const difference = { value: is.value - was.value, low: null, high: null };
    return { ...about, difference, shown: was.value === is.value ? 'same' : 'untested', method: is.method, pValue: null, pairs: null };
  }
  const difference = differenceOf({ value: was.value, low: was.low, high: was.high }, { value: is.value, low: is.low, high: is.high });
  const isShown = difference.low > 0 || difference.high < 0;
  return {
    ...about,
    difference,
    shown: isShown ? directed(difference.value, better) : unmoved(was, is),
    method: 'square-and-add of the two intervals',
    pValue: null,
    pairs: null,
  };
}

const unmoved = (was: Metric, is: Metric): Shown => (was.value === is.value && was.n === is.n ? 'same' : 'unclear');

function directed(change: number, better: Metric['better']): Shown {
  if (better === null) return 'changed';
  return change > 0 === (better === 'higher') ? 'better' : 'worse';
}
