/** What Gibbon knows of one core operator: its shape rule and its gradient; the families of `families.ts` make most of them. */
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

export interface OpRule {
  readonly type: string;
  readonly family: 'unary' | 'binary' | 'linear' | 'bilinear' | 'structural' | 'selection' | 'discrete';
  readonly differentiable: Differentiability;
  infer(context: InferContext): readonly ValueType[];
  gradient(context: GradientContext): Gradients;
}
