/** Interval bounds of every value of a network (IBP), widened by what float32 may do to it, and the size of that. */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { UNBOUNDED } from '../../ops/intervals.ts';
import type { Interval, IntervalContext, KernelError, OpRule, Relaxation } from '../../ops/rule.ts';
import { ruleOf } from '../../ops/table.ts';
import type { BoundForm } from './bound-form.ts';
import { refuseBound } from './refuse.ts';
import { affineError, elementsOf, isExact, largestOf, offsetError, scaled } from './rounding.ts';
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
  net: BoundForm,
  inputs: ReadonlyMap<string, Interval>,
  { given = new Map(), arithmetic = 'float32' }: ForwardOptions = {},
): ForwardBounds {
  const scope = scopeOf(g, net);
  refuseBound(scope);
  const intervals = new Map<string, Interval>(inputs);
  const errors = new Map<string, Value>();
  const tame = isPiecewiseLinear(scope) ? (value: Interval): Interval => value : (value: Interval): Interval => tamed(g, value);
  const both = (a: Interval, b: Interval | undefined): Interval =>
    b ? { lower: g.max(a.lower, b.lower), upper: g.min(a.upper, b.upper) } : a;
  for (const node of scope.nodes) {
    const found = bounded(scope, node, intervals, arithmetic);
    const error = found.error && tame({ lower: found.error, upper: found.error }).upper;
    if (error) errors.set(node.outputs[0] as string, error);
    for (const [i, name] of node.outputs.entries()) {
      const own = tame(found.intervals[i] as Interval);
      const whole = net.whole?.get(name);
      const direct = whole && tame(wholeInterval(scope, whole, intervals, error));
      intervals.set(name, tame(both(both(own, direct), given.get(name))));
    }
  }
  return { scope, intervals, errors };
}

/** What rounding may take from a sum over all elements of a value, each times a coefficient. */
export function inputError(scope: Scope, interval: Interval): Value {
  const largest = largestOf(scope, interval);
  return scaled(scope.g, largest, elementsOf(scope, largest) + SLOPE_ROUNDINGS);
}

/** No bound is NaN or infinite where the network can make such values: comparisons with them would go either way. */
function tamed(g: GraphBuilder, { lower, upper }: Interval): Interval {
  const limit = g.scalar(UNBOUNDED, lower);
  const fits = (value: Value): Value => g.node('LessOrEqual', [g.abs(value), limit]);
  return { lower: g.where(fits(lower), lower, g.neg(limit)), upper: g.where(fits(upper), upper, limit) };
}

function isPiecewiseLinear(scope: Scope): boolean {
  return scope.nodes.every((node) => node.op === 'Relu' || isAffine(scope, node, ruleOf(node.op)));
}

/** Of an operator that the form for bounds has written with several: its own rule is tighter than what follows from theirs. */
function wholeInterval(scope: Scope, node: Node, intervals: ReadonlyMap<string, Interval>, error: Value | undefined): Interval {
  const found = (ruleOf(node.op).interval as NonNullable<OpRule['interval']>)(contextOf(scope, node, intervals))[0] as Interval;
  return error ? widened(scope.g, found, error) : found;
}

function contextOf(scope: Scope, node: Node, intervals: ReadonlyMap<string, Interval>): IntervalContext {
  const around = node.inputs.map((name) => (scope.varies(name) ? intervals.get(name) : undefined));
  return { g: scope.g, node, constants: constantsOf(scope, node), intervals: around };
}

function bounded(
  scope: Scope,
  node: Node,
  intervals: ReadonlyMap<string, Interval>,
  arithmetic: Arithmetic,
): { intervals: readonly Interval[]; error?: Value } {
  const { g } = scope;
  const rule = ruleOf(node.op);
  const context = contextOf(scope, node, intervals);
  const own = rule.interval?.(context) ?? [];
  if (arithmetic === 'real') return { intervals: own };
  if (isExact(node)) {
    const error = offsetError(scope, node);
    return { intervals: own, ...(error && { error }) };
  }
  const largest = context.intervals.map((interval) => interval && largestOf(scope, interval));
  if (isAffine(scope, node, rule)) {
    const error = affineError(scope, node, largest);
    return { error, intervals: own.map((interval) => widened(g, interval, error)) };
  }
  const error = relaxedError(context, rule, { largest, own: own[0] as Interval, rows: scope.net.inputs[0]?.shape[0] ?? 1 });
  // Relu takes over what it is given, to the bit.
  return { error, intervals: node.op === 'Relu' ? own : own.map((interval) => widened(g, interval, error)) };
}

function widened(g: GraphBuilder, { lower, upper }: Interval, error: Value): Interval {
  return { lower: g.sub(lower, error), upper: g.add(upper, error) };
}

interface Sizes {
  readonly largest: readonly (Value | undefined)[];
  readonly own: Interval;
  /** Of the batch. */
  readonly rows: number;
}

/** What computing the operator as deployed, and its planes, may be off by: the planes between which a choice lies bound all of them. */
function relaxedError(context: IntervalContext, rule: OpRule, { largest, own, rows }: Sizes): Value {
  const { g } = context;
  const relax = rule.relax as NonNullable<OpRule['relax']>;
  const inputs = largest.filter((most) => most !== undefined);
  const choices = rule.type === 'Relu' ? [undefined] : [undefined, g.scalar(0, inputs[0]), g.scalar(1, inputs[0])];
  const errors = choices.map((choice) =>
    planesError(g, relax({ ...context, choice: choice ? { lower: choice, upper: choice } : {} }), { largest, rows }),
  );
  const ofPlanes = errors.reduce((a, b) => g.max(a, b));
  const kernel = typeof rule.kernelError === 'function' ? rule.kernelError(context.node) : rule.kernelError;
  return kernel ? g.add(ofPlanes, kernelPart(g, kernel, inputs[0] as Value, own)) : ofPlanes;
}

/**
 * The kernel's own error, as deployed and in the planes: at the two ends, and through slopes, whose errors move the plane over a distance of at most
 * twice the largest input.
 */
function kernelPart(g: GraphBuilder, { absolute = 0, relative = 0 }: KernelError, input: Value, own: Interval): Value {
  const value = g.mul(largestOf({ g }, own), g.scalar(3 * relative, input));
  return g.add(value, g.add(g.mul(input, g.scalar(4 * absolute, input)), g.scalar(3 * absolute, input)));
}

/** The planes' own rounding: slopes and intercepts are off by a few units, and an intercept is summed over all elements of a row. */
function planesError(g: GraphBuilder, { lower, upper }: Relaxation, { largest, rows }: Omit<Sizes, 'own'>): Value {
  const one = g.scalar(
    1,
    largest.find((most) => most !== undefined),
  );
  const sizes = largest.flatMap((most, i) => {
    if (!most) return [];
    const slopes = [lower.slopes[i], upper.slopes[i]].filter((slope) => slope !== undefined).map((slope) => g.abs(slope));
    return [
      g.mul(
        most,
        slopes.reduce((a, b) => g.max(a, b), one),
      ),
    ];
  });
  const ofSlopes = scaled(
    g,
    sizes.reduce((a, b) => g.add(a, b)),
    SLOPE_ROUNDINGS + largest.length,
  );
  const [first, ...rest] = [lower.intercept, upper.intercept].filter((value) => value !== undefined).map((value) => g.abs(value));
  if (!first) return ofSlopes;
  const most = rest.reduce((a, b) => g.max(a, b), first);
  return g.add(ofSlopes, scaled(g, most, sizeOf(most.shape) / rows + SLOPE_ROUNDINGS));
}

const SLOPE_ROUNDINGS = 8;
