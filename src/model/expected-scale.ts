/** Reads the scale that a model expects from the arithmetic with constants at its entrance. */
import type { Graph } from '../onnx/graph.ts';
import { tensorOf } from '../onnx/graph.ts';
import { numbers, type Tensor } from '../onnx/tensor.ts';

const MOVES = new Set(['Identity', 'Cast', 'Transpose', 'Reshape', 'Unsqueeze']);
const ARITHMETIC = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** One line on the normalisation inside the model, e.g. "normalised inside the graph: Sub (0.485, …), Div (0.229, …)". */
export function expectedScale(graph: Graph): string {
  const constants = new Map<string, Tensor>(graph.constants);
  for (const node of graph.nodes) {
    const value = node.op === 'Constant' ? tensorOf(node, 'value') : undefined;
    if (value) constants.set(node.outputs[0] as string, value);
  }
  const steps: string[] = [];
  let at = graph.inputs[0]?.name ?? '';
  for (;;) {
    const users = graph.nodes.filter(({ inputs }) => inputs.includes(at));
    const [node] = users;
    if (!node || users.length > 1) break;
    if (ARITHMETIC.has(node.op)) {
      const constant = constants.get(node.inputs.find((name) => name !== at) ?? '');
      if (!constant || constant.data.byteLength > 64) break;
      steps.push(
        `${node.op} (${numbers(constant)
          .map((v) => Number(v.toPrecision(4)))
          .join(', ')})`,
      );
    } else if (!MOVES.has(node.op)) break;
    at = node.outputs[0] as string;
  }
  return steps.length === 0 ? 'no normalisation found in the graph' : `normalised inside the graph: ${steps.join(', ')}`;
}
