/** What transforms need of a runtime: the values of a graph that has no inputs. */
import type { StaticGraph } from '../onnx/graph.ts';
import type { Tensor } from '../onnx/tensor.ts';

/** Runs a graph without inputs and returns its outputs by name. Injected, so that transforms stay pure and run anywhere. */
export type Evaluate = (graph: StaticGraph) => Promise<ReadonlyMap<string, Tensor>>;
