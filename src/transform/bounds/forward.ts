/** Interval bounds of every value of a network (IBP), widened by what float32 may do to it, and the size of that. */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, StaticGraph, Value } from '../../onnx/graph.ts';
import type { Interval, Relaxation } from '../../ops/rule.ts';
import { ruleOf } from '../../ops/table.ts';
import { refuseBound } from './refuse.ts';
import { affineError, isExact, largestOf, scaled } from './rounding.ts';
import { constantsOf, isAffine, type Scope, scopeOf } from './scope.ts';

export interface ForwardBounds {
  readonly scope: Scope;
  /** Of each value that varies. */
  readonly intervals: ReadonlyMap<string, Interval>;
  /** For each node that computes, by its first output: what rounding may add to an element, in the form that backward bounds take it (`rounding.ts`). */
  readonly errors: ReadonlyMap<string, Value>;
}

/** What bounds speak of: the function over the real numbers, or what float32 makes of it in whatever order it is computed. */
export type Arithmetic = 'real' | 'float32';

export interface ForwardOptions {
  /** Bounds of values found elsewhere: the intersection is taken, and passed on. */
  readonly given?: ReadonlyMap<string, Interval>;
  readonly arithmetic?: Arithmetic;
}

/**
 * @param inputs what the network's inputs lie between
 * @throws GibbonError E_OPERATOR_UNSUPPORTED naming every operator without a rule
 */
export function forwardBounds(
  g: GraphBuilder,
  net: StaticGraph,
  inputs: ReadonlyMap<string, Interval>,
  { given = new Map(), arithmetic = 'float32' }: ForwardOptions = {},
): ForwardBounds {
  const scope = scopeOf(g, net);
  refuseBound(scope);
  const intervals = new Map<string, Interval>(inputs);
  const errors = new Map<string, Value>();
  for (const node of scope.nodes) {
    const found = bounded(scope, node, intervals, arithmetic);
    if (found.error) errors.set(node.outputs[0] as string, found.error);
    for (const [i, name] of node.outputs.entries()) {
      const known = given.get(name);
      const own = found.intervals[i] as Interval;
      intervals.set(name, known ? { lower: g.max(own.lower, known.lower), upper: g.min(own.upper, known.upper) } : own);
    }
  }
  return { scope, intervals, errors };
}

/** What rounding may take from a sum over all elements of a value, each times a coefficient. */
export function inputError(scope: Scope, interval: Interval): Value {
  const largest = largestOf(scope, interval);
  return scaled(scope.g, largest, largest.shape.slice(1).reduce((product, dim) => product * dim, 1) + SLOPE_ROUNDINGS);
}

function bounded(
  scope: Scope,
  node: Node,
  intervals: ReadonlyMap<string, Interval>,
  arithmetic: Arithmetic,
): { intervals: readonly Interval[]; error?: Value } {
  const { g } = scope;
  const rule = ruleOf(node.op);
  const around = node.inputs.map((name) => (scope.varies(name) ? intervals.get(name) : undefined));
  const context = { g, node, constants: constantsOf(scope, node), intervals: around };
  const own = rule.interval?.(context) ?? [];
  if (isExact(node) || arithmetic === 'real') return { intervals: own };
  const largest = around.map((interval) => interval && largestOf(scope, interval));
  if (isAffine(scope, node, rule)) {
    const error = affineError(scope, node, largest);
    return { error, intervals: own.map((interval) => widened(g, interval, error)) };
  }
  const error = relaxedError(scope, rule.relax?.({ ...context, choice: {} }) as Relaxation, largest);
  // Relu takes over what it is given, to the bit.
  return { error, intervals: node.op === 'Relu' ? own : own.map((interval) => widened(g, interval, error)) };
}

function widened(g: GraphBuilder, { lower, upper }: Interval, error: Value): Interval {
  return { lower: g.sub(lower, error), upper: g.add(upper, error) };
}

/** The planes' own rounding: slopes and intercepts are off by a few units, and an intercept is summed over all elements of a row. */
function relaxedError(scope: Scope, { lower, upper }: Relaxation, largest: readonly (Value | undefined)[]): Value {
  const { g } = scope;
  const sizes = largest.flatMap((most, i) => {
    if (!most) return [];
    const slopes = [lower.slopes[i], upper.slopes[i]].filter((slope) => slope !== undefined).map((slope) => g.abs(slope));
    return [
      g.mul(
        most,
        g.max(
          g.scalar(1, most),
          slopes.reduce((a, b) => g.max(a, b)),
        ),
      ),
    ];
  });
  const size = sizes.reduce((a, b) => g.add(a, b));
  const intercepts = [lower.intercept, upper.intercept].filter((value) => value !== undefined).map((value) => g.abs(value));
  const [first, ...rest] = intercepts;
  const ofSlopes = scaled(g, size, SLOPE_ROUNDINGS);
  if (!first) return ofSlopes;
  const most = rest.reduce((a, b) => g.max(a, b), first);
  const perRow = most.shape.slice(1).reduce((product, dim) => product * dim, 1);
  return g.add(ofSlopes, scaled(g, most, perRow + SLOPE_ROUNDINGS));
}

const SLOPE_ROUNDINGS = 8;
