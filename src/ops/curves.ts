/**
 * Lines below and above functions of one variable between l and u (Zhang et al., arXiv:1811.00866, section 3.3). A rule chooses a slope k; the intercept is
 * then the extreme of f(x) − k·x over [l, u], which lies at an end or where f'(x) = k. So a poor slope costs tightness, never soundness.
 */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { onlyWhere, UNBOUNDED } from './intervals.ts';
import type { Interval, Relaxation, RelaxContext } from './rule.ts';

export interface Curve {
  at(g: GraphBuilder, x: Value): Value;
  /** f' */
  slope(g: GraphBuilder, x: Value): Value;
}

export interface Line {
  readonly slope: Value;
  readonly intercept: Value;
}

interface Lines {
  readonly below: Line;
  readonly above: Line;
}

type Choice = RelaxContext['choice']['lower'];

/** Narrower intervals are taken for this wide in divisions. */
const TINY = 1e-30;

export function relaxation({ below, above }: Lines): Relaxation {
  return {
    lower: { slopes: [below.slope], intercept: below.intercept },
    upper: { slopes: [above.slope], intercept: above.intercept },
  };
}

/** f(x) − k·x */
function over(g: GraphBuilder, curve: Curve, x: Value, k: Value): Value {
  return g.sub(curve.at(g, x), g.mul(k, x));
}

export function chordOf(g: GraphBuilder, curve: Curve, { lower, upper }: Interval): Value {
  return g.div(g.sub(curve.at(g, upper), curve.at(g, lower)), g.max(g.sub(upper, lower), g.scalar(TINY, lower)));
}

export function middleOf(g: GraphBuilder, { lower, upper }: Interval): Value {
  const half = g.scalar(0.5, lower);
  return g.add(g.mul(lower, half), g.mul(upper, half));
}

/** from + choice·(to − from), within both. */
export function between(g: GraphBuilder, from: Value, to: Value, choice: Value): Value {
  return g.min(g.max(g.add(from, g.mul(choice, g.sub(to, from))), from), to);
}

/**
 * f is convex: above it the chord, below it the tangent at a point, which `choice` moves from l to u.
 * @param usual the point where nothing is chosen
 */
function convexLines(g: GraphBuilder, curve: Curve, ends: Interval, choice: Choice, usual: Value): Lines {
  const { lower, upper } = ends;
  const chord = g.max(g.min(chordOf(g, curve, ends), curve.slope(g, upper)), curve.slope(g, lower));
  const at = choice ? between(g, lower, upper, choice) : usual;
  const k = curve.slope(g, at);
  return {
    above: { slope: chord, intercept: g.max(over(g, curve, lower, chord), over(g, curve, upper, chord)) },
    below: { slope: k, intercept: over(g, curve, at, k) },
  };
}

/** @param usual the point of the tangent where nothing is chosen: the middle unless given */
export function convex(curve: Curve, usual: (g: GraphBuilder, ends: Interval) => Value = middleOf): (context: RelaxContext) => Lines {
  return ({ g, intervals, choice }) => {
    const ends = intervals[0] as Interval;
    return convexLines(g, curve, ends, choice.lower, usual(g, ends));
  };
}

export function concave(curve: Curve): (context: RelaxContext) => Lines {
  return ({ g, intervals, choice }) => {
    const ends = intervals[0] as Interval;
    const { below, above } = convexLines(g, negative(curve), ends, choice.upper, middleOf(g, ends));
    return { below: negated(g, above), above: negated(g, below) };
  };
}

function negative(curve: Curve): Curve {
  return { at: (g, x) => g.neg(curve.at(g, x)), slope: (g, x) => g.neg(curve.slope(g, x)) };
}

function negated(g: GraphBuilder, { slope, intercept }: Line): Line {
  return { slope: g.neg(slope), intercept: g.neg(intercept) };
}

/** The lines where the condition holds; elsewhere nothing bounds the function. */
export function linesWhere(g: GraphBuilder, condition: Value, { below, above }: Lines): Lines {
  const zero = g.scalar(0, below.slope);
  const { lower, upper } = onlyWhere(g, condition, { lower: below.intercept, upper: above.intercept });
  return {
    below: { slope: g.where(condition, below.slope, zero), intercept: lower },
    above: { slope: g.where(condition, above.slope, zero), intercept: upper },
  };
}

/** A line above that is infinite, or no number, bounds nothing. */
export function finiteAbove(g: GraphBuilder, { below, above }: Lines): Lines {
  const limit = g.scalar(UNBOUNDED, above.slope);
  const fits = g.and(g.less(g.abs(above.slope), limit), g.less(g.abs(above.intercept), limit));
  return {
    below,
    above: { slope: g.where(fits, above.slope, g.scalar(0, limit)), intercept: g.where(fits, above.intercept, limit) },
  };
}

/** Halvings on the way to the tangent that passes through an end. */
const HALVINGS = 16;

/**
 * f grows, is convex below 0 and concave above, and f(x) + f(−x) = `symmetry`. `choice` moves the point of the tangent from the one whose tangent
 * passes through the far end (or the near end itself) to the near end.
 */
export function sShaped(curve: Curve, symmetry: number): (context: RelaxContext) => Lines {
  return ({ g, intervals, choice }) => {
    const { lower, upper } = intervals[0] as Interval;
    const mirrored = aboveS(g, curve, { lower: g.neg(upper), upper: g.neg(lower) }, choice.lower);
    return {
      above: aboveS(g, curve, { lower, upper }, choice.upper),
      below: { slope: mirrored.slope, intercept: g.sub(g.scalar(symmetry, lower), mirrored.intercept) },
    };
  };
}

function aboveS(g: GraphBuilder, curve: Curve, ends: Interval, choice: Choice): Line {
  const { lower, upper } = ends;
  const zero = g.scalar(0, lower);
  const first = g.max(lower, zero);
  const last = g.max(upper, zero);
  const touching = tangentThrough(g, curve, { from: lower, low: first, high: last });
  // Of all tangents that pass above, the one in the middle leaves the least area.
  const at = choice ? between(g, touching, last, choice) : g.max(touching, middleOf(g, ends));
  const chord = chordOf(g, curve, ends);
  const steepest = curve.slope(g, upper);
  // Where the chord is no steeper than the curve's end, f(x) − k·x is largest at an end.
  const isChord = g.node('Or', [g.node('LessOrEqual', [chord, steepest]), g.node('LessOrEqual', [upper, zero])]);
  const slope = g.where(isChord, g.min(chord, steepest), curve.slope(g, at));
  const atEnds = g.max(over(g, curve, lower, slope), over(g, curve, upper, slope));
  return { slope, intercept: g.max(atEnds, g.where(isChord, atEnds, over(g, curve, at, slope))) };
}

/** The least point of [low, high] whose tangent passes above (from, f(from)), or a little more; high where there is none. */
function tangentThrough(g: GraphBuilder, curve: Curve, start: { readonly from: Value; readonly low: Value; readonly high: Value }): Value {
  const { from } = start;
  let { low, high } = start;
  const there = curve.at(g, from);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = middleOf(g, { lower: low, upper: high });
    const passes = g.greater(g.sub(curve.at(g, middle), g.mul(curve.slope(g, middle), g.sub(middle, from))), there);
    high = g.where(passes, middle, high);
    low = g.where(passes, low, middle);
  }
  return high;
}
