/** What writes one operator with others, for bounds. */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Node, Value } from '../../onnx/graph.ts';

export interface Rewriting {
  readonly g: GraphBuilder;
  readonly node: Node;
  /** Values of `g`; undefined where an input is absent. */
  readonly inputs: readonly (Value | undefined)[];
  /** Shape and type of the node's first output. */
  readonly output: Value;
  varies(index: number): boolean;
}

/** The same value with other operators; undefined where the node is to stay. */
export type Rewrite = (rewriting: Rewriting) => Value | undefined;
