/** What Gibbon knows of one core operator: its shape rule, its gradient and its bounds; the families of `families.ts` make most of them. */
import type { GraphBuilder } from '../onnx/build.ts';
import type { Node, Value, ValueType } from '../onnx/graph.ts';
import type { Tensor } from '../onnx/tensor.ts';

export interface InferContext {
  readonly node: Node;
  readonly inputs: readonly (ValueType | undefined)[];
  /** The tensor behind input `index`, where it is a constant. */
  constant(index: number): Tensor | undefined;
}

export interface GradientContext {
  readonly g: GraphBuilder;
  readonly node: Node;
  /** The node's inputs and outputs as values of `g`. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** d loss / d output, each with `lead` extra leading dimensions; undefined where the loss does not depend on that output. */
  readonly cotangents: readonly (Value | undefined)[];
  /** Extra leading dimensions of the cotangents (all-class Jacobians, specification rows). */
  readonly lead: number;
  /** Whether anyone asks for the gradient with respect to input `index`. */
  wants(index: number): boolean;
}

/** d loss / d input for each input; undefined where there is none. Broadcast dimensions need not be summed: the driver does that. */
export type Gradients = readonly (Value | undefined)[];

/**
 * How gradients pass: `exact`; `straight-through` (the true derivative is zero or undefined, the identity stands in and the report says so);
 * `zero` (piecewise constant, nothing passes); `none` (no float output).
 */
export type Differentiability = 'exact' | 'straight-through' | 'zero' | 'none';

/** Two values of one shape, element by element below and above what a value can be. */
export interface Interval {
  readonly lower: Value;
  readonly upper: Value;
}

export interface IntervalContext {
  readonly g: GraphBuilder;
  readonly node: Node;
  /** The node's constant inputs as values of `g`; undefined where an input is absent or depends on the network's input. */
  readonly constants: readonly (Value | undefined)[];
  /** What the other inputs lie between. */
  readonly intervals: readonly (Interval | undefined)[];
}

/** slopes[i]·input i, summed, plus the intercept: element by element, in the output's shape. */
export interface Plane {
  readonly slopes: readonly (Value | undefined)[];
  /** Undefined where it is zero. */
  readonly intercept: Value | undefined;
}

/** Planes below and above an element-wise operator wherever its inputs lie in their intervals. */
export interface Relaxation {
  readonly lower: Plane;
  readonly upper: Plane;
}

export interface RelaxContext extends IntervalContext {
  /**
   * In [0, 1], of the output's shape with possible leading dimensions: which of the sound lower (upper) planes is taken, where a rule has a choice;
   * undefined for the rule's own. Bounds are differentiable in it.
   */
  readonly choice: { readonly lower?: Value | undefined; readonly upper?: Value | undefined };
}

/** |computed − exact| ≤ absolute + relative·|exact|: four times the largest error seen in ONNX Runtime's CPU kernel over float32 inputs of all exponents. */
export interface KernelError {
  readonly absolute?: number;
  readonly relative?: number;
}

export interface OpRule {
  readonly type: string;
  readonly family: 'unary' | 'binary' | 'linear' | 'bilinear' | 'structural' | 'selection' | 'discrete';
  readonly differentiable: Differentiability;
  infer(context: InferContext): readonly ValueType[];
  gradient(context: GradientContext): Gradients;
  /** What each output lies between. Absent where no rule is known. */
  interval?(context: IntervalContext): readonly Interval[];
  /** Is the operator affine in these inputs taken together, the others being constant? Its `gradient` is then its transpose. */
  affine?(varying: readonly boolean[]): boolean;
  /** Planes around the operator, where it is not affine. */
  relax?(context: RelaxContext): Relaxation;
  /** How far a kernel that approximates is off; absent where it rounds once or not at all. A rule of the node where an attribute says what it computes. */
  readonly kernelError?: KernelError | ((node: Node) => KernelError | undefined);
}
