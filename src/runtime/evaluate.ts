/** The evaluator that transforms are given: runs a constant graph once and lets it go. */
import type { StaticGraph } from '../onnx/graph.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { Evaluate } from '../transform/evaluate.ts';
import type { Runtime } from './runtime.ts';

export function evaluator(runtime: Runtime): Evaluate {
  return async (graph: StaticGraph) => {
    const session = await runtime.load(graph, { optimisation: 'disabled' });
    try {
      const outputs = await session.run({});
      return new Map(
        Object.entries(outputs).map(([name, { type, shape, data }]): [string, Tensor] => [
          name,
          { type, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() },
        ]),
      );
    } finally {
      await session.release();
    }
  };
}
