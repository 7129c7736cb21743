/** The element types that a core graph computes with. */
import { GibbonError } from '../../base/errors.ts';
import type { StaticGraph } from '../../onnx/graph.ts';
import type { ElementType } from '../../onnx/tensor.ts';

const COMPUTED: ReadonlySet<ElementType> = new Set([
  'bool',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
]);

/** @throws GibbonError E_MODEL_UNSUPPORTED where a value of the graph has a type that the runtime's kernels of the core operators lack */
export function refuseTypes(graph: StaticGraph): void {
  for (const { op, name, inputs, outputs } of graph.nodes) {
    for (const value of [...inputs, ...outputs]) {
      const type = graph.types.get(value)?.type;
      if (type === undefined || COMPUTED.has(type)) continue;
      throw new GibbonError('E_MODEL_UNSUPPORTED', `${op} ${name} works on ${type}, which no core operator computes`, {
        hint: 'Export the model in float32 or float16, or quantised to 8-bit integers, for attacks with gradients.',
      });
    }
  }
}
