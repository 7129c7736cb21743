/** Interval rules shared by operators: interval bound propagation (Gowal et al., arXiv:1810.12715, equations 5 to 7). */
import { float, floatOf, type Node, type Value } from '../onnx/graph.ts';
import type { Interval, IntervalContext } from './rule.ts';

/** Stands for what has no bound: nothing that float32 holds lies beyond, and sums with it are numbers, so that no bound becomes NaN. */
export const UNBOUNDED = 3e38;

/** The interval where the condition holds, none elsewhere. */
export function onlyWhere(g: IntervalContext['g'], condition: Value, { lower, upper }: Interval): Interval {
  return { lower: g.where(condition, lower, g.scalar(-UNBOUNDED, lower)), upper: g.where(condition, upper, g.scalar(UNBOUNDED, upper)) };
}

/** An operator that grows with each of its inputs: its value at both ends. */
export function ends({ g, node, constants, intervals }: IntervalContext): Interval[] {
  const at = (end: 'lower' | 'upper'): readonly Value[] =>
    g.nodes1(
      node.op,
      constants.map((constant, i) => constant ?? intervals[i]?.[end]),
      node.attributes,
      node.outputs.length,
    );
  const uppers = at('upper');
  return at('lower').map((lower, i) => ({ lower, upper: uppers[i] as Value }));
}

/** An operator that falls with its one input. */
export function swappedEnds(context: IntervalContext): Interval[] {
  return ends(context).map(({ lower, upper }) => ({ lower: upper, upper: lower }));
}

/** A product of one varying operand with constant weights W: the centre goes through W, the radius through |W| without the bias. */
export function centreAndRadius({ g, node, constants, intervals }: IntervalContext): Interval[] {
  const half = g.scalar(0.5, intervals.find((interval) => interval !== undefined)?.lower);
  const centre = constants.map((constant, i) => constant ?? middle(intervals[i]));
  const y = g.node(node.op, centre, node.attributes);
  const factors = [0, 1].map((i) => {
    const [constant, interval] = [constants[i], intervals[i]];
    return constant ? g.abs(constant) : interval && g.mul(g.sub(interval.upper, interval.lower), half);
  });
  const radius = g.node(node.op, factors, withoutSigns(node));
  return [{ lower: g.sub(y, radius), upper: g.add(y, radius) }];

  function middle(interval: Interval | undefined): Value | undefined {
    return interval && g.add(g.mul(interval.lower, half), g.mul(interval.upper, half));
  }
}

/** The node's attributes with its factors positive (Gemm). */
export function withoutSigns(node: Node): Node['attributes'] {
  if (node.op !== 'Gemm') return node.attributes;
  return { ...node.attributes, alpha: float(Math.abs(floatOf(node, 'alpha', 1))), beta: float(Math.abs(floatOf(node, 'beta', 1))) };
}

/** Of candidates that hold the extremes between them, the smallest and the largest. */
export function hull({ g }: Pick<IntervalContext, 'g'>, candidates: readonly Value[]): Interval {
  return { lower: candidates.reduce((a, b) => g.min(a, b)), upper: candidates.reduce((a, b) => g.max(a, b)) };
}

/** The ends of input `index`; a constant lies between itself and itself. */
export function endsOf({ constants, intervals }: IntervalContext, index: number): Interval {
  const constant = constants[index];
  return constant ? { lower: constant, upper: constant } : (intervals[index] as Interval);
}
