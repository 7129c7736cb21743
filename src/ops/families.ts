/** Constructors for the families of operators: what is alike in shape rules and gradients is written here once. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Node, Value, ValueType } from '../onnx/graph.ts';
import type { ElementType } from '../onnx/tensor.ts';
import { centreAndRadius, ends, swappedEnds } from './intervals.ts';
import type {
  Differentiability,
  GradientContext,
  InferContext,
  Interval,
  IntervalContext,
  KernelError,
  OpRule,
  Relaxation,
  RelaxContext,
} from './rule.ts';
import { broadcast, shapeError, typeOf } from './shapes.ts';

interface Pointwise {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly x: Value;
  readonly y: Value;
}

/** y = f(x), element by element; the gradient is the cotangent times `derivative`. */
export function unary(spec: {
  readonly type: string;
  readonly derivative?: (point: Pointwise) => Value;
  /** In place of `derivative` where multiplying is not the cheapest form. */
  readonly pull?: (point: Pointwise & { readonly cotangent: Value }) => Value;
  readonly differentiable?: Differentiability;
  readonly output?: ElementType;
  /** Does it grow or fall everywhere? Otherwise a rule for its values between two ends. */
  readonly interval?: Trend | ((context: IntervalContext) => Interval[]);
  /** y = ax + b. */
  readonly affine?: boolean;
  readonly relax?: (context: RelaxContext) => Relaxation;
  readonly kernelError?: KernelError;
}): OpRule {
  const interval = intervalRule(spec.interval);
  return {
    type: spec.type,
    family: 'unary',
    ...(interval && { interval }),
    ...(spec.affine && { affine: () => true }),
    ...(spec.relax && { relax: spec.relax }),
    ...(spec.kernelError && { kernelError: spec.kernelError }),
    differentiable: spec.differentiable ?? 'exact',
    infer: (context) => {
      const x = typeOf(context, 0);
      return [{ type: spec.output ?? x.type, shape: x.shape }];
    },
    gradient: ({ g, node, inputs, outputs, cotangents }) => {
      const [x, y, cotangent] = [inputs[0] as Value, outputs[0] as Value, cotangents[0] as Value];
      if (spec.pull) return [spec.pull({ g, node, x, y, cotangent })];
      return spec.derivative ? [g.mul(cotangent, spec.derivative({ g, node, x, y }))] : [];
    },
  };
}

export type Trend = 'increasing' | 'decreasing';

function intervalRule(
  rule: Trend | ((context: IntervalContext) => Interval[]) | undefined,
): ((context: IntervalContext) => Interval[]) | undefined {
  if (rule === 'increasing') return ends;
  return rule === 'decreasing' ? swappedEnds : rule;
}

interface Pair {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly a: Value;
  readonly b: Value;
  readonly y: Value;
  readonly cotangent: Value;
}

/** y = f(a, b) with broadcasting; `left` and `right` pull the cotangent back to each operand (unsummed). */
export function binary(spec: {
  readonly type: string;
  readonly family?: OpRule['family'];
  readonly left?: (pair: Pair) => Value | undefined;
  readonly right?: (pair: Pair) => Value | undefined;
  readonly output?: ElementType;
  readonly interval?: (context: IntervalContext) => Interval[];
  readonly affine?: OpRule['affine'];
  readonly relax?: (context: RelaxContext) => Relaxation;
  readonly kernelError?: OpRule['kernelError'];
}): OpRule {
  return {
    type: spec.type,
    family: spec.family ?? 'binary',
    ...(spec.interval && { interval: spec.interval }),
    ...(spec.affine && { affine: spec.affine }),
    ...(spec.relax && { relax: spec.relax }),
    ...(spec.kernelError && { kernelError: spec.kernelError }),
    differentiable: spec.left || spec.right ? 'exact' : spec.output === 'bool' ? 'none' : 'zero',
    infer: (context) => [elementwise(context, spec.output)],
    gradient: ({ g, node, inputs, outputs, cotangents, wants }) => {
      const pair = { g, node, a: inputs[0] as Value, b: inputs[1] as Value, y: outputs[0] as Value, cotangent: cotangents[0] as Value };
      return [wants(0) ? spec.left?.(pair) : undefined, wants(1) ? spec.right?.(pair) : undefined];
    },
  };
}

/** The type of an element-wise result: broadcast shape, and the operands' common element type unless another is given. */
export function elementwise(context: InferContext, output?: ElementType): ValueType {
  const types = context.inputs.map((_, i) => typeOf(context, i));
  const first = typeOf(context, 0);
  if (types.some(({ type }) => type !== first.type)) {
    shapeError(context.node, `operands of different types (${types.map(({ type }) => type).join(', ')})`);
  }
  return { type: output ?? first.type, shape: broadcast(context.node, ...types.map(({ shape }) => shape)) };
}

/**
 * An operator that is linear in each operand that has a `transpose`, the others held fixed. The transpose maps an output cotangent to that
 * operand's space; gradients, and later interval and linear bounds, all derive from it.
 */
export function linear(spec: {
  readonly type: string;
  readonly family?: 'linear' | 'bilinear' | 'structural';
  readonly infer: OpRule['infer'];
  readonly transpose: readonly (((context: GradientContext, cotangent: Value) => Value) | undefined)[];
}): OpRule {
  const isProduct = spec.family === 'bilinear';
  return {
    type: spec.type,
    family: spec.family ?? 'linear',
    // All but products have weights of ones and averages: they grow with their input.
    interval: (context) => (isProduct ? product(context) : ends(context)),
    // A product of constants to which the input is added has no bounds: rules take one of its factors to vary.
    affine: (varying) =>
      !(isProduct && !varying[0] && !varying[1]) &&
      varying.every((varies, i) => !varies || (spec.transpose[i] !== undefined && !(isProduct && i > 0 && varying[0]))),
    differentiable: 'exact',
    infer: spec.infer,
    gradient: (context) =>
      spec.transpose.map((transpose, i) =>
        transpose && context.wants(i) ? transpose(context, context.cotangents[0] as Value) : undefined,
      ),
  };
}

function product(context: IntervalContext): Interval[] {
  if (context.intervals.filter((interval) => interval !== undefined).length === 1) return centreAndRadius(context);
  return shapeError(context.node, 'both operands depend on the input, and bounds of such a product are not known');
}

/** An operator through which no gradient passes: comparisons, index arithmetic, rounding without a stand-in. */
export function discrete(spec: {
  readonly type: string;
  readonly infer: OpRule['infer'];
  readonly differentiable?: Differentiability;
}): OpRule {
  return { type: spec.type, family: 'discrete', differentiable: spec.differentiable ?? 'none', infer: spec.infer, gradient: () => [] };
}
