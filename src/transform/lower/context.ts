/** What a lowering is given: one node of the file, with its inputs already lowered to values of static shape. */
import { GibbonError } from '../../base/errors.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, Value } from '../../onnx/graph.ts';

export interface LowerContext {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly inputs: readonly (Value | undefined)[];
  /** Opset version of the node's domain. */
  readonly opset: number;
  /** Input `index`, which must be there. @throws GibbonError E_MODEL_SHAPE */
  input(index: number): Value;
  /**
   * The numbers of input `index`, which must follow from shapes and constants alone; undefined where the input is absent.
   * @throws GibbonError E_MODEL_UNSUPPORTED when they depend on data
   */
  numbers(index: number): Promise<number[] | undefined>;
  /** The rows of the batch when the model fixed its first dimension to 1 and is being rebatched; otherwise undefined. */
  readonly rebatched: number | undefined;
}

/** @throws GibbonError E_MODEL_UNSUPPORTED: what such a model answers depends on the rest of the batch or on chance. */
export function refuseTraining({ op, name }: Node): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name} is in training mode`, {
    hint: 'Export the model for inference (PyTorch: model.eval() before torch.onnx.export).',
  });
}

/** Emits core nodes for one node of the file and returns its outputs. */
export type Lowering = (context: LowerContext) => Promise<readonly (Value | undefined)[]> | readonly (Value | undefined)[];
