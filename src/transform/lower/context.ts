/** What a lowering is given: one node of the file, with its inputs already lowered to values of static shape. */
import { GibbonError } from '../../base/errors.ts';
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Graph, Node, Value } from '../../onnx/graph.ts';

/** A value of a sequence type: as many tensors as its operators put in. */
export interface Sequence {
  readonly items: readonly Value[];
}

/** A value as operators pass it on. */
export type Given = Value | Sequence;

export const isSequence = (value: Given): value is Sequence => 'items' in value;

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
  /** The numbers of a value that follows from shapes and constants; undefined where it depends on data. */
  known(value: Value): Promise<number[] | undefined>;
  /** The tensors of input `index`, which must be a sequence. @throws GibbonError E_MODEL_SHAPE */
  sequence(index: number): readonly Value[];
  /** Input `index`, be it a tensor or a sequence. */
  given(index: number): Given | undefined;
  /** Lowers a subgraph in the scope of this node and returns its outputs; `guard` replaces each value that it reads from outside. */
  body(graph: Graph, inputs: readonly Given[], guard?: (value: Value) => Value): Promise<Given[]>;
  /**
   * Uniform random numbers in (0, 1), float32, as an input of the graph: of their own for each row, where they have the shape of a value that depends on
   * the data. @throws GibbonError E_MODEL_SHAPE where all rows of a batch share them; a graph for one row can have them
   */
  draw(shape: readonly number[], like?: Value): Value;
  /** The rows of the batch when the model fixed its first dimension to 1 and is being rebatched; otherwise undefined. */
  readonly rebatched: number | undefined;
  /** Nothing may be folded that hides how large its parts are. */
  readonly exact?: boolean;
}

/** @throws GibbonError E_MODEL_UNSUPPORTED: what such a model answers depends on the rest of the batch or on chance. */
export function refuseTraining({ op, name }: Node): never {
  throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name} is in training mode`, {
    hint: 'Export the model for inference (PyTorch: model.eval() before torch.onnx.export).',
  });
}

export type Lowered = readonly (Given | undefined)[];

/** Emits core nodes for one node of the file and returns its outputs. */
export type Lowering = (context: LowerContext) => Promise<Lowered> | Lowered;
