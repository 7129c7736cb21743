/** Planes around the largest of several values. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Value } from '../onnx/graph.ts';
import { endsOf, UNBOUNDED } from './intervals.ts';
import type { Plane, Relaxation, RelaxContext } from './rule.ts';

/** Narrower intervals are taken for this wide in divisions. */
const TINY = 1e-30;

/**
 * Below: the value whose lower end is the largest; `choice` mixes the one with the largest upper end into it. Above, for any c ≥ maxᵢ lᵢ:
 * c + Σ wᵢ·(xᵢ − lᵢ), wᵢ = (uᵢ − c)₊/(uᵢ − lᵢ), where the largest value alone is enough: c + wⱼ·(xⱼ − lⱼ) runs from c ≥ lⱼ to at least uⱼ
 * (CNN-Cert, Boopathy et al., arXiv:1811.12395, section 3.3, takes c such that Σ wᵢ = 1). In the middle of the box the plane stands at c + Σ (uᵢ − c)₊/2,
 * least where no more than two uᵢ are above c: the usual c is the second largest of them. `choice` moves c from maxᵢ lᵢ to maxᵢ uᵢ, where the plane is flat.
 */
export function largestRelaxation(context: RelaxContext): Relaxation {
  const { choice } = context;
  const inputs = context.constants.map((_, i) => endsOf(context, i));
  const ends: Ends = { lowers: inputs.map(({ lower }) => lower), uppers: inputs.map(({ upper }) => upper) };
  return {
    lower: withConstants(context, below(context.g, ends, choice.lower)),
    upper: withConstants(context, above(context.g, ends, choice.upper)),
  };
}

/** What constant operands add is a part of the intercept. */
function withConstants({ g, constants }: RelaxContext, { slopes, intercept }: Plane): Plane {
  const fixed = slopes.flatMap((slope, i) => (slope && constants[i] ? [g.mul(slope, constants[i])] : []));
  const parts = [...(intercept ? [intercept] : []), ...fixed];
  return {
    slopes: slopes.map((slope, i) => (constants[i] ? undefined : slope)),
    intercept: parts.length === 0 ? undefined : parts.reduce((a, b) => g.add(a, b)),
  };
}

interface Ends {
  readonly lowers: readonly Value[];
  readonly uppers: readonly Value[];
}

function above(g: GraphBuilder, { lowers, uppers }: Ends, choice: Value | undefined): Plane {
  const [lowest, highest] = [largest(g, lowers), largest(g, uppers)];
  const zero = g.scalar(0, highest);
  const off = g.scalar(-UNBOUNDED, highest);
  const first = firstOf(g, uppers, highest);
  const second = largest(
    g,
    uppers.map((upper, i) => g.where(g.greater(first[i] as Value, zero), off, upper)),
  );
  const level = g.max(choice ? g.add(lowest, g.mul(choice, g.sub(highest, lowest))) : second, lowest);
  const slopes = uppers.map((upper, i) => {
    const width = g.max(g.sub(upper, lowers[i] as Value), g.scalar(TINY, upper));
    return g.min(g.div(g.max(g.sub(upper, level), zero), width), g.scalar(1, upper));
  });
  const starts = slopes.map((slope, i) => g.mul(slope, lowers[i] as Value));
  return {
    slopes,
    intercept: g.sub(
      level,
      starts.reduce((a, b) => g.add(a, b)),
    ),
  };
}

function below(g: GraphBuilder, { lowers, uppers }: Ends, choice: Value | undefined): Plane {
  const own = firstOf(g, lowers, largest(g, lowers));
  if (!choice) return { slopes: own, intercept: undefined };
  const other = firstOf(g, uppers, largest(g, uppers));
  const mixed = own.map((slope, i) => g.add(slope, g.mul(choice, g.sub(other[i] as Value, slope))));
  return { slopes: mixed, intercept: undefined };
}

function largest(g: GraphBuilder, values: readonly Value[]): Value {
  return values.reduce((a, b) => g.max(a, b));
}

/** 1 at the first of the values that is the extreme, 0 at the others. */
function firstOf(g: GraphBuilder, values: readonly Value[], extreme: Value): Value[] {
  const one = g.scalar(1, extreme);
  let open = one;
  return values.map((value) => {
    const hit = g.mul(g.cast(g.equal(value, extreme), extreme.type), open);
    open = g.sub(open, hit);
    return hit;
  });
}
