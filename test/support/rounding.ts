/** How far two float32 computations of one model may be apart: what they round, and how much the model itself makes of that. */
import { intOf, type Node, type StaticGraph } from '../../src/onnx/graph.ts';
import { isFloat, isHalf, sizeOf } from '../../src/onnx/tensor.ts';
import { isCore, OPS } from '../../src/ops/table.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';
import { numbersOf } from './model-inputs.ts';

/** Unit roundoff of float32 and of float16. */
const SINGLE = 2 ** -24;
const HALF = 2 ** -11;
/** What nothing is divided by. */
const SMALLEST = 2 ** -100;
/** A library function or a division rounds by a few units. */
const POINTWISE = 4;

/**
 * What the outputs may differ by, relative to the largest: both sides round a sum of k products by about √k units (roundings are as good as
 * random), and, since activations do not amplify and networks keep the scale of their values, what each node adds is added up.
 */
export function roundingOf(graph: StaticGraph, half: boolean): number {
  const units = graph.nodes.reduce((sum, node) => sum + 2 * Math.sqrt(termsOf(graph, node)), 2 * POINTWISE);
  return units * (half ? HALF : SINGLE);
}

/** Does any constant or input have half precision? */
export const computesInHalf = (tensors: Iterable<{ readonly type: HostTensor['type'] }>): boolean =>
  [...tensors].some(({ type }) => isHalf(type));

const MOVES = new Set(['structural', 'selection', 'discrete']);

/** Terms that one element of the node's result is summed from; a pointwise function counts as the square of its own units. */
function termsOf(graph: StaticGraph, node: Node): number {
  const shape = (index: number): readonly number[] => graph.types.get(node.inputs[index] ?? '')?.shape ?? [];
  const out = graph.types.get(node.outputs[0] ?? '')?.shape ?? [];
  switch (node.op) {
    case 'Conv':
      return sizeOf(shape(1).slice(1));
    case 'ConvTranspose':
      return sizeOf(shape(1)) / (shape(1)[1] ?? 1);
    case 'Gemm':
      return (intOf(node, 'transA', 0) ? shape(0)[0] : shape(0)[1]) ?? 1;
    case 'MatMul':
      return shape(0).at(-1) ?? 1;
    case 'ReduceSum':
    case 'ReduceMean':
    case 'AveragePool':
      return Math.max(1, sizeOf(shape(0)) / Math.max(1, sizeOf(out)));
    case 'Softmax':
    case 'LogSoftmax':
    case 'CumSum':
      return Math.max(...shape(0), 1);
    default:
      return isCore(node.op) && MOVES.has(OPS[node.op].family) ? 0 : POINTWISE ** 2;
  }
}

/** The largest difference relative to the largest value, or in words what is not comparable. */
export function distance(ours: HostTensor, theirs: HostTensor): number | string {
  if (ours.shape.join() !== theirs.shape.join()) return `has shape [${ours.shape}] instead of [${theirs.shape}]`;
  const [a, b] = [numbersOf(ours), numbersOf(theirs)];
  if (a.length !== b.length) return `has ${a.length} elements instead of ${b.length}`;
  const scale = b.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  let worst = 0;
  for (const [i, value] of b.entries()) {
    const own = a[i] as number;
    if (own === value || (Number.isNaN(own) && Number.isNaN(value))) continue;
    const off = Math.abs(own - value) / Math.max(scale, SMALLEST);
    if (!isFloat(theirs.type) || !Number.isFinite(off)) return `[${i}] is ${own} instead of ${value}`;
    worst = Math.max(worst, off);
  }
  return worst;
}
