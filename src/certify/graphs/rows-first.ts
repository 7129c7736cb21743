/**
 * Do the rows of a batch lie along the first axis of every value, each computed from its own input alone? Bounds of several sets at once, and constants
 * that stand for all rows, rely on it.
 */
import { intOf, intsOf, type Node, type StaticGraph, type Value } from '../../onnx/graph.ts';
import { isFloat, numbers } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import { type Scope, scopeOf } from '../../transform/bounds/scope.ts';

/** @param one the network for one row; `two`: for two */
export function rowsComeFirst(one: StaticGraph, two: StaticGraph): boolean {
  const [single, pair] = [scopeOf(newGraph(), one), scopeOf(newGraph(), two)];
  if (single.nodes.length !== pair.nodes.length) return false;
  return pair.nodes.every((node, i) => {
    const alike = single.nodes[i] as Node;
    const doubled = node.outputs.every((name, k) => isDoubled(single.typed(alike.outputs[k] as string), pair.typed(name)));
    return alike.op === node.op && doubled && staysOff(pair, node) && !differsByRow(pair, node);
  });
}

function isDoubled({ shape: one }: Value, { shape: two }: Value): boolean {
  return one.length === two.length && one.length > 0 && two.every((dim, i) => dim === (one[i] as number) * (i === 0 ? 2 : 1));
}

/** Operators that may work along the first axis, by where they name their axes. */
const ALONG: Readonly<Record<string, (node: Node, constant: (index: number) => number[], rank: number) => readonly number[]>> = {
  Transpose: (node, _, rank) => (intsOf(node, 'perm', [...Array(rank).keys()].reverse())[0] === 0 ? [] : [0]),
  CumSum: (_, constant) => constant(1),
  Softmax: (node) => [intOf(node, 'axis', -1)],
  LogSoftmax: (node) => [intOf(node, 'axis', -1)],
  Gather: (node) => [intOf(node, 'axis', 0)],
  Concat: (node) => [intOf(node, 'axis', 0)],
  Split: (node) => [intOf(node, 'axis', 0)],
  TopK: (node) => [intOf(node, 'axis', -1)],
  ArgMax: (node) => [intOf(node, 'axis', 0)],
  Slice: (node, constant) => (node.inputs[3] ? constant(3) : constant(1).map((_, i) => i)),
  Pad: (_, constant, rank) => (constant(1)[0] === 0 && constant(1)[rank] === 0 ? [] : [0]),
  Tile: (_, constant) => (constant(1)[0] === 1 ? [] : [0]),
  ScatterND: () => [0],
  ...Object.fromEntries(
    ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin'].map((op) => [
      op,
      (node: Node, constant: (index: number) => number[]) => (node.inputs[1] ? constant(1) : [0]),
    ]),
  ),
};

function staysOff(scope: Scope, node: Node): boolean {
  const rank = Math.max(...node.inputs.filter((name) => scope.varies(name)).map((name) => scope.typed(name).shape.length));
  const constant = (index: number): number[] => {
    const value = scope.constants.get(node.inputs[index] ?? '');
    const tensor = value && scope.g.tensor(value);
    // What has still to be computed is not known here: the first axis may be meant.
    return tensor ? numbers(tensor) : [0];
  };
  if (node.op === 'Gemm' && (intOf(node, 'transA', 0) === 1 || !scope.varies(node.inputs[0] as string))) return false;
  return !(ALONG[node.op]?.(node, constant, rank) ?? []).some((axis) => axis === 0 || axis === -rank);
}

/** Their constants are weights, with no axis for rows. */
const WEIGHTED = new Set(['Conv', 'ConvTranspose', 'Gemm', 'Gather']);

/** Does a constant give rows values of their own? */
function differsByRow(scope: Scope, node: Node): boolean {
  if (WEIGHTED.has(node.op)) return false;
  const rank = scope.typed(node.outputs[0] as string).shape.length;
  return node.inputs.some((name) => {
    const value = scope.constants.get(name);
    const isMatrix = node.op === 'MatMul' && value?.shape.length === 2;
    return value !== undefined && isFloat(value.type) && !isMatrix && value.shape.length >= rank && value.shape[0] !== 1;
  });
}
