/** Bounds of Sin and Cos. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { middleOf } from './curves.ts';
import type { Interval, IntervalContext, Relaxation, RelaxContext } from './rule.ts';

interface Wave {
  /** Where it is 1. */
  readonly peak: number;
  at(g: GraphBuilder, x: Value): Value;
  slope(g: GraphBuilder, x: Value): Value;
}

export const SINE: Wave = { peak: Math.PI / 2, at: (g, x) => g.node('Sin', [x]), slope: (g, x) => g.node('Cos', [x]) };
export const COSINE: Wave = { peak: 0, at: (g, x) => g.node('Cos', [x]), slope: (g, x) => g.neg(g.node('Sin', [x])) };

/** Of the places of peaks, relative to x: float32 knows them no better. */
const BLUR = 1e-6;
/** From here on peaks may lie anywhere. */
const FAR = 1e5;

/** 1 where a peak lies within, −1 where a trough does, else the ends. */
export function waveInterval({ g, intervals }: IntervalContext, wave: Wave): Interval[] {
  const ends = intervals[0] as Interval;
  const [from, to] = [wave.at(g, ends.lower), wave.at(g, ends.upper)];
  return [
    {
      lower: g.where(reaches(g, ends, wave.peak + Math.PI), g.scalar(-1, from), g.min(from, to)),
      upper: g.where(reaches(g, ends, wave.peak), g.scalar(1, from), g.max(from, to)),
    },
  ];
}

/** Does place + 2πk lie within for any whole k? */
function reaches(g: GraphBuilder, { lower, upper }: Interval, place: number): Value {
  const blur = g.mul(g.add(g.max(g.abs(lower), g.abs(upper)), g.scalar(1, lower)), g.scalar(BLUR, lower));
  const turns = (x: Value): Value => g.mul(g.sub(x, g.scalar(place, x)), g.scalar(1 / (2 * Math.PI), x));
  const next = g.node('Ceil', [turns(g.sub(lower, blur))]);
  const within = g.node('LessOrEqual', [next, turns(g.add(upper, blur))]);
  return g.node('Or', [within, g.greater(g.max(g.abs(lower), g.abs(upper)), g.scalar(FAR, lower))]);
}

/** |f''| ≤ 1: within w²/8 of the tangent in the middle of an interval of width w, or between −1 and 1 where that is nearer. */
export function waveRelaxation({ g, intervals }: RelaxContext, wave: Wave): Relaxation {
  const ends = intervals[0] as Interval;
  const middle = middleOf(g, ends);
  const width = g.sub(ends.upper, ends.lower);
  const narrow = g.and(g.less(width, g.scalar(NARROW, width)), g.less(g.abs(middle), g.scalar(FAR, middle)));
  const slope = g.where(narrow, wave.slope(g, middle), g.scalar(0, middle));
  const through = g.sub(wave.at(g, middle), g.mul(slope, middle));
  const off = g.mul(g.mul(width, width), g.scalar(1 / 8, width));
  const one = g.scalar(1, middle);
  return {
    lower: { slopes: [slope], intercept: g.where(narrow, g.sub(through, off), g.neg(one)) },
    upper: { slopes: [slope], intercept: g.where(narrow, g.add(through, off), one) },
  };
}

/** w²/8 = 1 */
const NARROW = Math.sqrt(8);
